//! Names as the bytes of the keys or addresses that they write, since chains order those.

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// A key of 32 bytes in base58, as Solana writes it. A byte of zero at the beginning is a `1`, so that texts
/// of one set differ in length and are not in the order of their keys.
pub fn base58(text: &str) -> Option<[u8; 32]> {
    if !(32..=44).contains(&text.len()) {
        return None;
    }
    let mut key = [0; 32];
    for letter in text.bytes() {
        let mut carry = place(BASE58, letter)? as u32;
        for byte in key.iter_mut().rev() {
            carry += 58 * u32::from(*byte);
            *byte = carry as u8;
            carry >>= 8;
        }
        if carry > 0 {
            return None;
        }
    }
    let zeros = key.iter().take_while(|byte| **byte == 0).count();
    (text.bytes().take_while(|letter| *letter == b'1').count() == zeros).then_some(key)
}

/// An address of CometBFT in what orders addresses: 40 hexadecimal digits, or the data of bech32 in groups of
/// five bits, without the checksum.
pub fn cometbft_address(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.len() == 40
        && let Ok(bytes) = hex::decode(digits)
    {
        return Some(bytes);
    }
    // 20 bytes are 32 groups; six are the checksum.
    let (_, data) = text.rsplit_once('1').filter(|(prefix, data)| !prefix.is_empty() && data.len() == 38)?;
    data.bytes()
        .take(32)
        .map(|letter| place(BECH32, letter.to_ascii_lowercase()).map(|it| it as u8))
        .collect()
}

fn place(alphabet: &[u8], letter: u8) -> Option<usize> {
    alphabet.iter().position(|other| *other == letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Solana's own: the system program is 32 bytes of zero; the sysvar of the clock begins with 06 a7 d5 17.
    #[test]
    fn keys_of_solana() {
        assert_eq!(base58(&"1".repeat(32)), Some([0; 32]));
        let clock = base58("SysvarC1ock11111111111111111111111111111111").expect("a key");
        assert_eq!(clock[..4], [0x06, 0xa7, 0xd5, 0x17]);
        // One more zero than the key has room for, a letter that is none, too few digits, too large a number.
        for none in ["1".repeat(33), "0".repeat(32), "2".repeat(32), "z".repeat(44), "v1".to_owned()] {
            assert_eq!(base58(&none), None, "{none}");
        }
    }

    #[test]
    fn addresses_of_cometbft() {
        let hex = cometbft_address(&"aB".repeat(20)).expect("an address");
        assert_eq!(hex, [0xab; 20]);
        // All bits zero, and all one: `q` stands for 0 and `l` for 31.
        let zeros = cometbft_address(&format!("cosmosvalcons1{}aaaaaa", "q".repeat(32)));
        assert_eq!(zeros, Some(vec![0; 32]));
        let ones = cometbft_address(&format!("cosmosvalcons1{}aaaaaa", "l".repeat(32)));
        assert_eq!(ones, Some(vec![31; 32]));
        for none in ["validator-1", "", "cosmos1abc"] {
            assert_eq!(cometbft_address(none), None, "{none}");
        }
    }
}
