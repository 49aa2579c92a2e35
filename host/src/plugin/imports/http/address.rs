//! Which addresses are out on the internet. Everything else is somebody's own network, and needs its own grant.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Ranges that no public host has: (first address, prefix length).
const NOT_PUBLIC_V4: [([u8; 4], u32); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
    // A cloud's metadata, in the middle of public addresses.
    ([168, 63, 129, 16], 32),
];

pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let inside =
        |(first, length): &([u8; 4], u32)| (address.to_bits() ^ u32::from_be_bytes(*first)).leading_zeros() >= *length;
    !NOT_PUBLIC_V4.iter().any(inside)
}

/// Only 2000::/3 is given out to public hosts, and some of that leads to an IPv4 address or to nobody.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let embedded = |at: usize| {
        let octets = address.octets();
        is_public_v4(Ipv4Addr::new(octets[at], octets[at + 1], octets[at + 2], octets[at + 3]))
    };
    if let [0x64, 0xff9b, 0, 0, 0, 0, ..] = address.segments() {
        return embedded(12);
    }
    match (first, second) {
        (0x2002, _) => embedded(2),
        // Teredo, benchmarks, ORCHID and documentation.
        (0x2001, ..=0x01ff | 0x0db8) | (0x3fff, ..=0x0fff) => false,
        (0x2000..=0x3fff, _) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_internet_is_public() {
        for (public, addresses) in [
            (
                true,
                "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 128.0.0.1 169.253.0.1 172.15.0.1 \
                 172.32.0.1 192.167.0.1 192.169.0.1 198.17.0.1 223.255.255.255 168.63.129.15 2606:4700::1111 \
                 2a00:1450::1 2001:4860:4860::8888 64:ff9b::808:808 2002:808:808::1",
            ),
            (
                false,
                "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.255 \
                 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.168.1.1 192.88.99.1 198.18.0.1 \
                 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 168.63.129.16 \
                 :: ::1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::10.0.0.1 fe80::1 fec0::1 fc00::1 fd00:ec2::254 ff02::1 \
                 64:ff9b::a00:1 64:ff9b::7f00:1 64:ff9b:1::808:808 2002:a00:1::1 2002:7f00:1:: 2001::1 2001:db8::1 \
                 3fff::1 100::1 4000::1 5f00::1",
            ),
        ] {
            for address in addresses.split_whitespace() {
                assert_eq!(is_public(address.parse().expect(address)), public, "{address}");
            }
        }
    }
}
