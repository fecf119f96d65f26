//! Asks a service whether it serves, in the service's own protocol.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// More than any of the answers looked at is long.
const ANSWER_BYTES: usize = 8192;

/// A way to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Probe {
    /// The server asks for authentication (and does not say that it is starting up).
    Postgres,
    /// The gRPC health service says that this service is serving.
    Grpc(&'static str),
    /// `GET /` is answered with 200.
    Http,
}

impl Probe {
    /// Whether the service on this loopback port serves; anything that goes wrong is a no.
    pub(crate) async fn serves(self, port: u16) -> bool {
        timeout(ANSWER_LIMIT, self.ask(port)).await.is_ok_and(|answer| answer.unwrap_or(false))
    }

    async fn ask(self, port: u16) -> io::Result<bool> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        let request = match self {
            Self::Postgres => postgres_startup(),
            Self::Grpc(service) => grpc_health_check(service),
            Self::Http => http_get(port),
        };
        stream.write_all(&request).await?;
        let mut answer = Vec::new();
        while answer.len() < ANSWER_BYTES && stream.read_buf(&mut answer).await? > 0 {
            if self.is_yes(&answer) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_yes(self, answer: &[u8]) -> bool {
        match self {
            Self::Postgres => answer.first() == Some(&b'R'),
            Self::Grpc(_) => grpc_says_serving(answer),
            Self::Http => answer.starts_with(b"HTTP/1.1 200 "),
        }
    }
}

/// A `StartupMessage` of protocol 3.0.
fn postgres_startup() -> Vec<u8> {
    let body = b"\x00\x03\x00\x00user\0tinybug_probe\0\0";
    let length = u32::try_from(body.len() + 4).expect("a short constant");
    [&length.to_be_bytes(), body.as_slice()].concat()
}

fn http_get(port: u16) -> Vec<u8> {
    format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").into_bytes()
}

/// One HTTP/2 request to `grpc.health.v1.Health/Check`: a client that asks once does not need an HTTP/2 library.
fn grpc_health_check(service: &str) -> Vec<u8> {
    const SETTINGS: u8 = 4;
    const HEADERS: u8 = 1;
    const DATA: u8 = 0;
    const END_HEADERS: u8 = 4;
    const END_STREAM: u8 = 1;
    let headers = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", "/grpc.health.v1.Health/Check"),
        (":authority", "127.0.0.1"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    let block: Vec<u8> = headers.iter().flat_map(|(name, value)| literal_header(name, value)).collect();
    // HealthCheckRequest { service }: field 1, length-delimited, behind the gRPC prefix (not compressed, length).
    let message = [&[0x0a], &[short(service)][..], service.as_bytes()].concat();
    let prefixed = [&[0, 0, 0, 0, short(&message)], message.as_slice()].concat();
    let mut request = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    request.extend(frame(SETTINGS, 0, 0, &[]));
    request.extend(frame(HEADERS, END_HEADERS, 1, &block));
    request.extend(frame(DATA, END_STREAM, 1, &prefixed));
    request
}

/// HPACK: a literal field without indexing, its name and value as plain strings.
fn literal_header(name: &str, value: &str) -> Vec<u8> {
    [&[0x00, short(name)], name.as_bytes(), &[short(value)], value.as_bytes()].concat()
}

fn short(text: impl AsRef<[u8]>) -> u8 {
    let length = u8::try_from(text.as_ref().len()).expect("all texts here are constants");
    assert!(length < 127, "longer ones need another encoding");
    length
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short constant").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Whether a DATA frame holds `HealthCheckResponse { status: SERVING }`.
fn grpc_says_serving(mut answer: &[u8]) -> bool {
    const SERVING: [u8; 7] = [0, 0, 0, 0, 2, 0x08, 1];
    while let Some((header, rest)) = answer.split_at_checked(9) {
        let length = usize::from(header[0]) << 16 | usize::from(header[1]) << 8 | usize::from(header[2]);
        let Some((payload, next)) = rest.split_at_checked(length) else { return false };
        if header[3] == 0 && payload == SERVING {
            return true;
        }
        answer = next;
    }
    false
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn answer_of_a_server_that_says(bytes: Vec<u8>, probe: Probe) -> bool {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(&bytes).await.unwrap();
        };
        let (serves, ()) = tokio::join!(probe.serves(port), serve);
        serves
    }

    #[tokio::test]
    async fn postgres_serves_when_it_asks_for_a_password_and_not_when_it_starts_up() {
        assert!(answer_of_a_server_that_says(b"R\0\0\0\x17".to_vec(), Probe::Postgres).await);
        assert!(!answer_of_a_server_that_says(b"E\0\0\0\x17SFATAL".to_vec(), Probe::Postgres).await);
    }

    #[tokio::test]
    async fn grpc_serves_when_a_data_frame_says_serving() {
        let settings = frame(4, 0, 0, &[]);
        let serving = [settings.clone(), frame(0, 0, 1, &[0, 0, 0, 0, 2, 8, 1])].concat();
        let not_serving = [settings, frame(0, 0, 1, &[0, 0, 0, 0, 2, 8, 2])].concat();
        assert!(answer_of_a_server_that_says(serving, Probe::Grpc("x")).await);
        assert!(!answer_of_a_server_that_says(not_serving, Probe::Grpc("x")).await);
    }

    #[tokio::test]
    async fn http_serves_when_the_status_is_200() {
        assert!(answer_of_a_server_that_says(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), Probe::Http).await);
        assert!(!answer_of_a_server_that_says(b"HTTP/1.1 503 No\r\n\r\n".to_vec(), Probe::Http).await);
    }

    #[tokio::test]
    async fn nothing_serves_on_a_closed_port() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        assert!(!Probe::Http.serves(port).await);
    }
}
