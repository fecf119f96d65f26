//! Fingerprints of failure messages: a failure that says what a known flaky failure said is probably that again.

/// A fingerprint that two failures of one kind share: digits, hexadecimal words and white space are left out, so that
/// times, addresses, ports and counters do not tell them apart. Stable between versions, so it may be stored.
pub fn fingerprint(message: &str) -> u64 {
    let words = message
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !word.chars().any(|c| c.is_ascii_digit()) && !is_hexadecimal(word));
    let mut hash = FNV_OFFSET;
    for word in words {
        // The separator keeps "ab c" and "a bc" apart.
        for byte in word.bytes().chain([b' ']) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
        }
    }
    hash
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// Long words of hexadecimal digits are ids, also without a digit among them.
fn is_hexadecimal(word: &str) -> bool {
    word.len() >= 6 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_from_run_to_run_does_not_tell_failures_apart() {
        let one = fingerprint("Timeout after 5003 ms waiting for 127.0.0.1:38211 (0x7f3a9c, deadbeef)");
        let other = fingerprint("Timeout after 5120 ms\n waiting for 127.0.0.1:40112 (0x7f11ab, cafebabe)");
        assert_eq!(one, other);
    }

    #[test]
    fn another_message_has_another_fingerprint() {
        assert_ne!(fingerprint("assert total == expected"), fingerprint("Timeout waiting for server"));
        assert_ne!(fingerprint("ab c"), fingerprint("a bc"));
    }
}
