//! FNV-1a over bytes, for keys of terms and for whole texts. Not for secrets.

/// A short key: two terms with one key are taken for the same word.
pub(crate) const fn key(bytes: &[u8]) -> u32 {
    let mut hash: u32 = 0x811c_9dc5;
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u32).wrapping_mul(0x0100_0193);
        index += 1;
    }
    hash
}

/// Wide enough that two texts never share a value by chance.
pub(crate) struct Hash128(u128);

impl Default for Hash128 {
    fn default() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
}

impl Hash128 {
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }

    pub(crate) fn finish(&self) -> u128 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors() {
        assert_eq!(key(b""), 0x811c_9dc5);
        assert_eq!(key(b"foobar"), 0xbf9c_f968);
        let mut wide = Hash128::default();
        wide.write(b"hello");
        assert_eq!(wide.finish(), 0xe3e1_efd5_4283_d94f_7081_314b_599d_31b3);
    }
}
