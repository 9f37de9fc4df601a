//! What one account does at every step.

use super::{Attesting, Behaviour, Forging};

/// The behaviours of one account, taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BehaviourAssignment {
    /// What it does when drawn.
    pub forging: Forging,
    /// What it does on a committee.
    pub attesting: Attesting,
}

impl BehaviourAssignment {
    /// Honest at every step.
    pub const HONEST: BehaviourAssignment =
        BehaviourAssignment { forging: Forging::Honest, attesting: Attesting::Honest };

    /// Adds a behaviour: the steps at which it is not honest replace what was there.
    pub fn adopt(&mut self, behaviour: &dyn Behaviour) {
        if behaviour.forging() != Forging::Honest {
            self.forging = behaviour.forging();
        }
        if behaviour.attesting() != Attesting::Honest {
            self.attesting = behaviour.attesting();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviour::BEHAVIOURS;
    use crate::registry::{Choice, find};

    #[test]
    fn behaviours_of_different_steps_add_up() {
        let mut behaviour_of = BehaviourAssignment::HONEST;
        for name in ["silent-forger", "offline"] {
            behaviour_of.adopt(&*find("behaviour", BEHAVIOURS, &Choice::plain(name)).unwrap().thing);
        }
        assert_eq!(
            behaviour_of,
            BehaviourAssignment { forging: Forging::Silent, attesting: Attesting::Offline }
        );
    }

    #[test]
    fn every_behaviour_differs_from_honesty() {
        for entry in BEHAVIOURS {
            let mut behaviour_of = BehaviourAssignment::HONEST;
            behaviour_of.adopt(&*find("behaviour", BEHAVIOURS, &Choice::plain(entry.name)).unwrap().thing);
            assert_ne!(behaviour_of, BehaviourAssignment::HONEST, "{}", entry.name);
        }
    }
}
