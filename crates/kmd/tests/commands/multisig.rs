//! `kmd multisig`

use serde_json::json;

use crate::desk::{Desk, PASSWORD, says};

#[test]
fn a_multisig_address_from_import_to_delete() {
    let desk = Desk::with_wallet();
    let none = desk.run("multisig list", &[PASSWORD]);
    assert_eq!((none.code, none.stdout.as_str()), (Some(0), ""));
    says(&none.stderr, &["kmd multisig import"]);

    let members = desk.json("key new --count 2", &[PASSWORD])["addresses"].clone();
    let (one, two) = (members[0].as_str().unwrap(), members[1].as_str().unwrap());
    let import = format!("multisig import -T 2 {one} {two}");
    let imported = desk.json(&import, &[PASSWORD]);
    let address = imported["address"].as_str().unwrap();
    let expected = json!({"wallet": "savings", "address": address, "threshold": 2, "members": [one, two]});
    assert_eq!(imported, expected);
    says(&desk.fails(7, &import, &[PASSWORD]), &["already exists"]);

    assert_eq!(desk.ok("multisig list", &[PASSWORD]).trim(), address);
    assert_eq!(desk.json("multisig list", &[PASSWORD])["addresses"], json!([address]));
    let export = format!("multisig export {address}");
    let shown = desk.ok(&export, &[PASSWORD]);
    assert_eq!(shown, format!("2 of these 2 must sign:\n{one}\n{two}\n"));
    let expected = json!({"address": address, "version": 1, "threshold": 2, "members": [one, two]});
    assert_eq!(desk.json(&export, &[PASSWORD]), expected);
    assert_eq!(desk.json("wallet info", &[PASSWORD])["multisig_addresses"], 1);

    let delete = format!("multisig delete {address}");
    says(&desk.fails(8, &delete, &[PASSWORD]), &["--yes", address]);
    desk.fails(4, &format!("{delete} --yes"), &["wrong"]);
    let deleted = desk.json(&format!("{delete} --yes"), &[PASSWORD]);
    assert_eq!(deleted, json!({"wallet": "savings", "deleted": [address]}));
    says(
        &desk.fails(5, &format!("{delete} --yes"), &[PASSWORD]),
        &["does not know"],
    );
    says(&desk.fails(5, &export, &[PASSWORD]), &["does not exist"]);

    let said = desk.ok(&import, &[PASSWORD]);
    assert_eq!(said, format!("Imported {address} into the wallet savings.\n"));
    let said = desk.ok(&format!("{delete} --yes"), &[PASSWORD]);
    assert_eq!(said, format!("Deleted {address} from the wallet savings.\n"));
}

#[test]
fn one_that_cannot_be() {
    let desk = Desk::with_wallet();
    let member = desk.new_key();
    for threshold in ["0", "2"] {
        let refused = desk.fails(6, &format!("multisig import -T {threshold} {member}"), &[PASSWORD]);
        says(&refused, &["no such multisig address", "hreshold"]);
    }
    desk.fails(2, "multisig import -T 1", &[PASSWORD]);
    desk.fails(2, "multisig import -T 1 X", &[PASSWORD]);
    desk.fails(2, &format!("multisig import {member}"), &[PASSWORD]);
    desk.fails(4, &format!("multisig import -T 1 {member}"), &["wrong"]);
}
