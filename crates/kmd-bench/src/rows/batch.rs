//! A thousand payments in one call of version 2.

use anyhow::{Result, ensure};
use kmd_api::v2::{SignTransactions, SignTransactionsResponse, TransactionToSign};
use kmd_api::{ByteString, Encoding, Password, SecretText};

use super::WARM_UP;
use crate::client::PASSWORD;
use crate::daemon::{Daemon, Kdf, Lab, Subject};
use crate::http;
use crate::load::{Load, Until};
use crate::payment::USUAL_NOTE;
use crate::row::{Better, Round, Row, figure};
use crate::signer::Signer;

const TRANSACTIONS: usize = 1000;
/// Of so many the signatures are checked.
const CHECKED: usize = 50;

/// In JSON.
pub fn json() -> Row {
    row(
        "batch-json",
        Encoding::Json,
        "batch of 1,000 transactions in one call, JSON over TCP",
        "≥ 60,000",
    )
}

/// In msgpack.
pub fn msgpack() -> Row {
    row(
        "batch-msgpack",
        Encoding::Msgpack,
        "batch of 1,000 transactions in one call, msgpack over TCP",
        "",
    )
}

fn row(name: &'static str, encoding: Encoding, what: &str, aim: &'static str) -> Row {
    let figures = vec![
        figure(what, "signatures/s", Better::More, aim),
        figure(
            format!("{what}: the daemon's processor time for each"),
            "µs",
            Better::Less,
            "",
        ),
    ];
    Row::new(name, figures, move |lab, subject| prepare(lab, subject, encoding))
}

fn prepare(lab: &Lab, subject: &Subject, encoding: Encoding) -> Result<Option<Round>> {
    let daemon = lab.start(subject, Kdf::Cheap)?;
    let mut client = daemon.client()?;
    let signer = Signer::new(&mut client)?;
    let transactions: Vec<Vec<u8>> = (0..TRANSACTIONS as u64)
        .map(|round| signer.payment(round, USUAL_NOTE))
        .collect::<Result<_>>()?;
    let request = http::request(&batch(&signer.handle, &transactions), encoding)?;
    if matches!(client.send(&request)?.0, 404 | 405) {
        return Ok(None);
    }
    let time = lab.round;
    let round = move || measure(&daemon, &signer, encoding, &request, &transactions, Until::Passed(time));
    Ok(Some(Box::new(round)))
}

fn measure(
    daemon: &Daemon,
    signer: &Signer,
    encoding: Encoding,
    request: &[u8],
    transactions: &[Vec<u8>],
    until: Until<'_>,
) -> Result<Vec<f64>> {
    let before = daemon.cpu()?;
    let outcome = Load {
        endpoint: &daemon.tcp(),
        connections: 1,
        requests: &[request.to_vec()],
        warm_up: WARM_UP,
        until,
    }
    .run()?;
    let each = (daemon.cpu()? - before) * 1e6 / (outcome.answers * TRANSACTIONS) as f64;
    for sample in &outcome.samples {
        let answer: SignTransactionsResponse = encoding.decode_response(sample)?;
        ensure!(
            answer.signed_transactions.len() == transactions.len(),
            "not every transaction was signed"
        );
        let pairs = answer.signed_transactions.iter().zip(transactions);
        for (signed, transaction) in pairs.step_by(transactions.len() / CHECKED) {
            signer.check_signed(signed.as_slice(), transaction)?;
        }
    }
    Ok(vec![outcome.rate() * TRANSACTIONS as f64, each])
}

fn batch(handle: &str, transactions: &[Vec<u8>]) -> SignTransactions {
    let item = |transaction: &Vec<u8>| TransactionToSign {
        transaction: ByteString::from(transaction.clone()),
        ..TransactionToSign::default()
    };
    SignTransactions {
        transactions: transactions.iter().map(item).collect(),
        wallet_handle_token: SecretText::new(handle),
        wallet_password: Password::new(PASSWORD),
        ..SignTransactions::default()
    }
}
