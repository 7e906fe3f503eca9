//! Steps that the reference refuses and we do. The recording holds no answer for them, so each is known here by name.

use crate::{
    player::Player,
    support::{
        algorand::{is_signature, unbase64},
        http::Reply,
        pack::Pack,
    },
    transcript::{Body, Step},
};
use serde_json::Value;

/// Checks the body of an answer with status 200.
pub fn check(player: &Player, step: &Step, got: &Reply) -> Result<(), String> {
    let body: Value = serde_json::from_slice(&got.body).map_err(|error| error.to_string())?;
    match (player.name.as_str(), step.name.as_str()) {
        ("wallets", "create with the name freed by the rename") => {
            let fine = body["wallet"]["name"] == "w1" && body["wallet"]["id"] != player.captured["id"].as_str();
            fine.then_some(()).ok_or_else(|| got.text())
        }
        ("bodies", "init: same password spelled in UTF-8") => {
            let handle = body["wallet_handle_token"].as_str().unwrap_or_default();
            (handle.len() == 16 + 1 + 64).then_some(()).ok_or_else(|| got.text())
        }
        ("multisig", "sign for a rekeyed sender, signer given") => check_signed_for_rekeyed(player, step, &body),
        other => Err(format!("the replayer does not know what {other:?} answers")),
    }
}

/// One signature over this transaction by the first member, in the multisig that signed for its own sender.
fn check_signed_for_rekeyed(player: &Player, step: &Step, body: &Value) -> Result<(), String> {
    let Body::Text(request) = &step.body else {
        return Err("no request".to_owned());
    };
    let request: Value = serde_json::from_str(request).unwrap();
    let bytes = |field: &str| unbase64(request[field].as_str().unwrap());
    let message = [b"TX".to_vec(), bytes("transaction")].concat();
    let got = multisig(body).ok_or("no multisig")?;
    let model = multisig(&player.answers["sign, first member, no partial"].json()).ok_or("no model")?;

    let member = |key: &[u8]| key == bytes("public_key");
    let signatures: Vec<(&[u8], &[u8])> = members(&got)
        .filter_map(|(key, signature)| Some((key, signature?)))
        .collect();
    let fine = got.at("v") == model.at("v")
        && got.at("thr") == model.at("thr")
        && members(&got)
            .map(|(key, _)| key)
            .eq(members(&model).map(|(key, _)| key))
        && matches!(&signatures[..], [(key, signature)]
            if member(key) && is_signature(&(*key).try_into().unwrap(), &message, signature));
    fine.then_some(()).ok_or_else(|| format!("{got:?}"))
}

fn multisig(body: &Value) -> Option<Pack> {
    Some(Pack::decode(&unbase64(body["multisig"].as_str()?)))
}

/// Public key and signature of each member.
fn members(multisig: &Pack) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
    let members = multisig.at("subsig").list().iter();
    members.map(|member| (member.at("pk").bytes(), member.get("s").map(Pack::bytes)))
}
