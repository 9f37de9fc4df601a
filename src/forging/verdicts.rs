//! Whether signatures hold, found out at once or a batch later.

use crate::crypto::{PublicKey, Signature, SignatureBatch};

/// When signatures are verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerificationMode {
    /// As soon as a verdict is asked for. Nothing is taken for granted.
    AtOnce,
    /// Those that their makers expect to hold are taken to hold, gathered over many rounds and
    /// verified in one batch; those that are expected to fail are verified at once. If one that
    /// was taken to hold does not, whatever came of it is void: see [`Verdicts::stand`].
    Ahead,
}

/// The verdicts on signatures, all of them from real verification in the end.
pub struct Verdicts {
    verification_mode: VerificationMode,
    batch: SignatureBatch,
    /// The verdicts asked for since the last answer, where the verification_mode is [`VerificationMode::Ahead`].
    answers: Vec<bool>,
    /// The verdicts of the last batch.
    checked: Vec<bool>,
    /// Whether a signature that was taken to hold does not.
    mistaken: bool,
}

impl Verdicts {
    /// So many signatures are gathered before they are verified: enough that what a batch costs as
    /// a whole is little for each, few enough that a short trial is not over before, and that they
    /// fit a processor's cache.
    pub const GATHERED: usize = 4096;

    /// No verdicts yet.
    pub fn new(verification_mode: VerificationMode) -> Self {
        Verdicts {
            verification_mode,
            batch: SignatureBatch::new(),
            answers: Vec::new(),
            checked: Vec::new(),
            mistaken: false,
        }
    }

    /// Asks for the verdict on a signature, which [`Verdicts::answer`] gives. `expected` is what
    /// its maker knows of it.
    pub fn ask(&mut self, key: &PublicKey, message: &[u8], signature: &Signature, expected: bool) {
        match self.verification_mode {
            VerificationMode::AtOnce => self.batch.push(key, message, signature),
            VerificationMode::Ahead => {
                let verdict = self.ahead(key, message, signature, expected);
                self.answers.push(verdict);
            }
        }
    }

    /// The verdicts that were asked for since the last answer, in the order of the questions.
    pub fn answer(&mut self) -> &[bool] {
        match self.verification_mode {
            VerificationMode::AtOnce => self.batch.verify(&mut self.checked),
            VerificationMode::Ahead => std::mem::swap(&mut self.answers, &mut self.checked),
        }
        self.answers.clear();
        &self.checked
    }

    /// Asks for one verdict and gets it.
    pub fn of(&mut self, key: &PublicKey, message: &[u8], signature: &Signature, expected: bool) -> bool {
        match self.verification_mode {
            VerificationMode::AtOnce => key.verify(message, signature),
            VerificationMode::Ahead => self.ahead(key, message, signature, expected),
        }
    }

    fn ahead(&mut self, key: &PublicKey, message: &[u8], signature: &Signature, expected: bool) -> bool {
        if !expected {
            return key.verify(message, signature);
        }
        self.batch.push(key, message, signature);
        if self.batch.len() == Self::GATHERED {
            self.settle();
        }
        true
    }

    /// Verifies what was gathered; whether every verdict that was ever given stands.
    pub fn stand(&mut self) -> bool {
        self.settle();
        !self.mistaken
    }

    fn settle(&mut self) {
        if self.verification_mode == VerificationMode::Ahead {
            self.batch.verify(&mut self.checked);
            self.mistaken |= self.checked.contains(&false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::KeyPair;

    fn pair() -> KeyPair {
        KeyPair::from_secret(&[3; 32])
    }

    #[test]
    fn honest_expectations_give_the_true_verdicts_at_either_pace() {
        let pair = pair();
        for verification_mode in [VerificationMode::AtOnce, VerificationMode::Ahead] {
            let mut verdicts = Verdicts::new(verification_mode);
            for round in 0..3u8 {
                let good = pair.sign(&[round]);
                verdicts.ask(pair.public(), &[round], &good, true);
                verdicts.ask(pair.public(), &[round + 1], &good, false);
                verdicts.ask(pair.public(), &[round], &good, true);
                assert!(verdicts.of(pair.public(), &[round], &good, true));
                assert!(!verdicts.of(pair.public(), &[round + 1], &good, false));
                assert_eq!(verdicts.answer(), [true, false, true]);
            }
            assert!(verdicts.stand());
        }
    }

    /// A signature that holds against expectation needs no second look; one that fails against
    /// expectation makes everything void, wherever in a batch it stands.
    #[test]
    fn a_wrong_expectation_is_noticed() {
        let pair = pair();
        let good = pair.sign(b"message");
        let mut verdicts = Verdicts::new(VerificationMode::Ahead);
        assert!(verdicts.of(pair.public(), b"message", &good, false));
        assert!(verdicts.stand());
        for place in [0, 1, Verdicts::GATHERED - 1, Verdicts::GATHERED, Verdicts::GATHERED + 1] {
            let mut verdicts = Verdicts::new(VerificationMode::Ahead);
            for number in 0..Verdicts::GATHERED + 2 {
                let message: &[u8] = if number == place { b"massage" } else { b"message" };
                assert!(verdicts.of(pair.public(), message, &good, true));
            }
            assert!(!verdicts.stand(), "place {place}");
            assert!(!verdicts.stand(), "and for good");
        }
        let mut verdicts = Verdicts::new(VerificationMode::AtOnce);
        assert!(!verdicts.of(pair.public(), b"massage", &good, true));
        assert!(verdicts.stand());
    }
}
