//! Random signed transactions, from the tables.

use proptest::collection::vec;
use proptest::prelude::*;

use super::encoding::SIGNED;
use super::{SignedTransaction, TransactionFile};
use crate::schema::Kind;
use crate::transaction::properties::tree::{Choices, Encoder, Tree, tree};

static WHOLE: Kind = Kind::Struct(&SIGNED);

fn canonical(tree: &Tree) -> Vec<u8> {
    Encoder { choices: None }.encode(&WHOLE, tree)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_accepted_encodes_as_the_tables_say(tree in tree(&WHOLE), choices in vec(any::<u8>(), 1..2000)) {
        let canonical = canonical(&tree);
        let choices = Some(Choices(choices.into_iter().cycle()));
        let loose = Encoder { choices }.encode(&WHOLE, &tree);
        let decoded = SignedTransaction::decode(&loose);
        prop_assert_eq!(&decoded, &SignedTransaction::decode(&canonical));
        if let Ok(signed) = decoded {
            prop_assert_eq!(signed.encode(), canonical);
        }
    }

    #[test]
    fn files_come_back_whole(trees in vec(tree(&WHOLE), 0..4)) {
        let transactions = trees.iter().filter_map(|tree| SignedTransaction::decode(&canonical(tree)).ok());
        let transactions: Vec<SignedTransaction> = transactions.collect();
        let file = TransactionFile::write(&transactions);
        let read: Result<Vec<_>, _> = TransactionFile::new(&file).map(|entry| entry.map(|e| e.signed)).collect();
        prop_assert_eq!(read.unwrap(), transactions);
    }

    #[test]
    fn random_bytes_never_panic_and_end(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert!(TransactionFile::new(&bytes).count() <= bytes.len());
    }
}
