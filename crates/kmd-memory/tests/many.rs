//! As many secrets as a daemon with large wallets has. Alone in its process, to see all of its memory.

use kmd_memory::{Secret, protection, regions, usage};

/// All memory for secrets, as words.
fn words() -> Vec<u64> {
    let mut words = Vec::new();
    for (start, end) in regions() {
        for at in (start..end).step_by(8) {
            let word = core::ptr::with_exposed_provenance::<u64>(at);
            // SAFETY: the mapping is there, as no other thread uses secrets and so unmaps it, and is
            // of whole words, which no one writes to meanwhile.
            words.push(unsafe { word.read_volatile() });
        }
    }
    words
}

#[test]
fn a_hundred_thousand() {
    const COUNT: usize = 100_000;
    const MARK: u64 = 0x5ec2_e75e_c2e7_5ec2;

    println!("{}", protection());
    let total = || {
        let usage = usage();
        usage.secret + usage.locked + usage.unlocked
    };
    let before = total();
    let marked = |words: &[u64]| words.iter().filter(|word| **word == MARK).count();
    let mut secrets: Vec<_> = (0..COUNT).map(|_| Secret::new([MARK; 12])).collect();
    println!("{:?}", usage());
    let full = total();
    assert!(full >= COUNT * 96);
    assert!(full <= COUNT * 96 * 101 / 100 + before + (64 << 10), "{full}");
    assert_eq!(marked(&words()), COUNT * 12);

    // Half of them, spread over all slabs: nothing is given back, but nothing of them is left, and
    // new ones take the place of old ones.
    let mut number = 0;
    secrets.retain(|_| {
        number += 1;
        number % 2 == 0
    });
    assert_eq!(secrets.len(), COUNT / 2);
    assert_eq!(marked(&words()), COUNT / 2 * 12);
    secrets.extend((0..COUNT / 2).map(|_| Secret::new([MARK; 12])));
    assert_eq!(total(), full);

    // All but one, in an order as good as any other.
    let mut at = 0;
    while secrets.len() > 1 {
        at = (at + 7919) % secrets.len();
        secrets.swap_remove(at);
    }
    assert_eq!(marked(&words()), 12);
    secrets.clear();
    assert_eq!(marked(&words()), 0);
    assert!(words().iter().all(|word| *word == 0));
    println!("{:?}", usage());
    // What is kept for the next.
    assert!(total() <= 8 * (64 << 10));
}
