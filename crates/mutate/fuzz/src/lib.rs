//! What all fuzz targets share.

pub mod check;

pub use libfuzzer_sys;

/// A target that takes arbitrary bytes for a file of this path.
#[macro_export]
macro_rules! target {
    ($path:literal) => {
        $crate::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| $crate::check::file($path, bytes));
    };
}
