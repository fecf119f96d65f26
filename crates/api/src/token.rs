//! API tokens: a prefix that says whose, 178 bits of randomness, and a checksum that tells a mistyped token from a
//! revoked one without asking the database. Only the SHA-256 of a token is ever stored.

use std::fmt;

use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PREFIX: usize = 4;
const RANDOM: usize = 30;
const CHECKSUM: usize = 6;

/// Whose token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// `tbk_`: acts for one org.
    Org,
    /// `tbo_`: acts for the operator of the installation, who creates orgs.
    Operator,
}

impl TokenKind {
    const ALL: [Self; 2] = [Self::Org, Self::Operator];

    /// The first four characters of a token of this kind.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Org => "tbk_",
            Self::Operator => "tbo_",
        }
    }
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It does not begin like a token or has another length: something else was sent.
    #[error("this is no Tinybug token: one begins with tbk_ or tbo_ and is 40 characters long")]
    NoToken,
    /// The checksum does not fit: a character is missing or wrong.
    #[error("the token is damaged: its checksum does not fit, so copy it again as a whole")]
    Damaged,
    /// The operating system gives no randomness.
    #[error("the operating system gives no randomness: {0}")]
    NoRandomness(String),
}

/// A token in clear. Shown once, when it is made; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    kind: TokenKind,
    text: String,
}

impl Token {
    /// A new token.
    pub fn generate(kind: TokenKind) -> Result<Self, TokenError> {
        let mut text = String::with_capacity(PREFIX + RANDOM + CHECKSUM);
        text.push_str(kind.prefix());
        while text.len() < PREFIX + RANDOM {
            let mut bytes = [0; RANDOM];
            getrandom::fill(&mut bytes).map_err(|error| TokenError::NoRandomness(error.to_string()))?;
            // 248 is the largest multiple of 62 in a byte: taking more would favour the first characters.
            let fair = bytes.iter().filter(|byte| **byte < 248).map(|byte| base62(u32::from(*byte)));
            text.extend(fair.take(PREFIX + RANDOM - text.len()));
        }
        text.push_str(&checksum(&text));
        Ok(Self { kind, text })
    }

    /// Reads a token and checks its form, not whether it is known.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let kind =
            TokenKind::ALL.into_iter().find(|kind| text.starts_with(kind.prefix())).ok_or(TokenError::NoToken)?;
        let alphabetic = text.bytes().skip(PREFIX).all(|byte| byte.is_ascii_alphanumeric());
        if text.len() != PREFIX + RANDOM + CHECKSUM || !alphabetic {
            return Err(TokenError::NoToken);
        }
        let (body, sum) = text.split_at(PREFIX + RANDOM);
        if checksum(body) == sum { Ok(Self { kind, text: text.to_owned() }) } else { Err(TokenError::Damaged) }
    }

    /// Whose it is.
    pub fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The token in clear, for the one time that it is shown.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// What the database holds of it.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.text.as_bytes()).into()
    }

    /// What a person may see of it later: its beginning and its end.
    pub fn hint(&self) -> String {
        format!("{}…{}", self.kind.prefix(), &self.text[self.text.len() - 4..])
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({})", self.hint())
    }
}

fn base62(value: u32) -> char {
    char::from(ALPHABET[(value % 62) as usize])
}

fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = [' '; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = base62(rest);
        rest /= 62;
    }
    digits.iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_token_is_read_back_with_its_kind() {
        for kind in TokenKind::ALL {
            let token = Token::generate(kind).unwrap();
            let read = Token::parse(token.reveal()).unwrap();
            assert_eq!((read.kind(), read.hash()), (kind, token.hash()));
        }
    }

    #[test]
    fn two_tokens_differ() {
        assert_ne!(Token::generate(TokenKind::Org).unwrap(), Token::generate(TokenKind::Org).unwrap());
    }

    #[test]
    fn the_form_of_a_token_is_fixed() {
        let body = "tbk_000000000000000000000000000000";
        let known = Token::parse("tbk_000000000000000000000000000000CHECKS");
        assert_eq!(known, Err(TokenError::Damaged));
        let token = Token::parse(&format!("{body}{}", checksum(body))).unwrap();
        assert_eq!(token.reveal(), "tbk_0000000000000000000000000000001Wgklh");
    }

    #[test]
    fn every_wrong_character_is_noticed_before_the_database_is_asked() {
        let token = Token::generate(TokenKind::Org).unwrap();
        for place in PREFIX..token.reveal().len() {
            let mut damaged: Vec<char> = token.reveal().chars().collect();
            damaged[place] = if damaged[place] == 'a' { 'b' } else { 'a' };
            let damaged: String = damaged.into_iter().collect();
            assert_eq!(Token::parse(&damaged), Err(TokenError::Damaged), "{damaged}");
        }
    }

    #[test]
    fn what_is_no_token_is_told_so() {
        for text in [
            "",
            "tbk_",
            "ghp_0000000000000000000000000000000000000",
            "tbk_ä",
            "tbk_0000000000000000 0000000000000000000",
        ] {
            assert_eq!(Token::parse(text), Err(TokenError::NoToken), "{text}");
        }
    }

    #[test]
    fn debug_output_hides_the_secret() {
        let token = Token::generate(TokenKind::Operator).unwrap();
        assert!(!format!("{token:?}").contains(&token.reveal()[PREFIX..PREFIX + RANDOM]));
    }
}
