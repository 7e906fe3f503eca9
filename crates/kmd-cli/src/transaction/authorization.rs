//! Who has signed, in words and in JSON.

use kmd_algorand::{
    Authorization, Delegation, LogicSignature, Multisig, PostQuantumSignature, SignedTransaction, program_address,
};
use serde_json::{Value as Json, json};

use super::check::Verdict;
use super::danger::Danger;
use super::describe::Line;
use super::phrase::{base64, bytes};
use crate::phrase::count;

/// Lines about a transaction's signature.
pub(super) fn lines(signed: &SignedTransaction, verdict: &Verdict) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(signer) = signed.signer {
        lines.push(Line::plain(
            "signer",
            format!("{signer}, to whom the sender was rekeyed"),
        ));
    }
    let by = signed_by(signed);
    lines.push(match verdict {
        Verdict::Missing | Verdict::Incomplete { .. } => Line::plain("signature", by),
        Verdict::Good => Line::plain("signature", format!("{by}: valid")),
        Verdict::Unchecked => Line::plain("signature", format!("{by}: cannot be checked here")),
        Verdict::Bad(flaw) => Line::alarm("signature", format!("WRONG: {flaw}"), Danger::Signature),
    });
    match &signed.authorization {
        Authorization::Multisig(multisig) => lines.extend(members(multisig)),
        Authorization::Logic(logic) => lines.extend(about_program(logic)),
        _ => {}
    }
    lines
}

/// Who has signed.
pub(super) fn signed_by(signed: &SignedTransaction) -> String {
    match &signed.authorization {
        Authorization::None => "none yet".to_owned(),
        Authorization::Key(_) => format!("by the key of {}", signed.authorizer()),
        Authorization::Multisig(multisig) => several(multisig),
        Authorization::Logic(logic) => program(logic),
        Authorization::PostQuantum(signature) => post_quantum(signature),
    }
}

fn several(multisig: &Multisig) -> String {
    let (have, keys) = (signatures(multisig), multisig.subsigs().len());
    let need = multisig.threshold();
    format!("{have} of the {need} needed, of {}", count(keys, "key"))
}

fn signatures(multisig: &Multisig) -> usize {
    multisig
        .subsigs()
        .iter()
        .filter(|subsig| subsig.signature().is_some())
        .count()
}

fn members(multisig: &Multisig) -> Vec<Line> {
    let line = |(index, subsig): (usize, &kmd_algorand::Subsig)| {
        let address = kmd_algorand::Address::from(subsig.key());
        let state = if subsig.signature().is_some() {
            "signed"
        } else {
            "not signed"
        };
        Line::plain(format!("key {}", index + 1), format!("{address} {state}"))
    };
    multisig.subsigs().iter().enumerate().map(line).collect()
}

fn program(logic: &LogicSignature) -> String {
    match &logic.delegation {
        Delegation::Contract => "by a program, for its own account".to_owned(),
        Delegation::Key(_) => "by a program that the signer's key has signed".to_owned(),
        Delegation::Multisig(multisig) => format!("by a program, signed by {}", several(multisig)),
        Delegation::LegacyMultisig(multisig) => {
            format!("by a program, signed in the old form by {}", several(multisig))
        }
        Delegation::PostQuantum(signature) => format!("by a program, signed {}", post_quantum(signature)),
    }
}

fn about_program(logic: &LogicSignature) -> Vec<Line> {
    let (length, hash) = (count(logic.program.len(), "byte"), program_address(&logic.program));
    let mut lines = vec![Line::plain("program", format!("{length}, hash {hash}; it was not run"))];
    let arguments = logic.arguments.iter().enumerate();
    lines.extend(arguments.map(|(index, argument)| Line::plain(format!("input {}", index + 1), bytes(argument))));
    if let Delegation::Multisig(multisig) | Delegation::LegacyMultisig(multisig) = &logic.delegation {
        lines.extend(members(multisig));
    }
    lines
}

fn post_quantum(signature: &PostQuantumSignature) -> String {
    let scheme = match &signature.scheme {
        b"f1" => "Falcon-1024".to_owned(),
        other => format!("kind {}", bytes(other)),
    };
    format!("by a post-quantum key, {scheme}")
}

/// The same for programs.
pub(super) fn json(signed: &SignedTransaction, verdict: &Verdict) -> Json {
    let mut object = json!({
        "signer": signed.authorizer().to_string(),
        "rekeyed": signed.signer.is_some(),
        "kind": kind(&signed.authorization),
        "state": state(verdict),
    });
    if let Verdict::Bad(flaw) = verdict {
        object["flaw"] = json!(flaw.to_string());
    }
    match &signed.authorization {
        Authorization::Multisig(multisig) => object["multisig"] = multisig_json(multisig),
        Authorization::Logic(logic) => object["program"] = program_json(logic),
        _ => {}
    }
    object
}

fn kind(authorization: &Authorization) -> &'static str {
    match authorization {
        Authorization::None => "none",
        Authorization::Key(_) => "key",
        Authorization::Multisig(_) => "multisig",
        Authorization::Logic(_) => "program",
        Authorization::PostQuantum(_) => "post-quantum",
    }
}

/// The name of a verdict.
pub(super) fn state(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "good",
        Verdict::Missing => "missing",
        Verdict::Incomplete { .. } => "incomplete",
        Verdict::Bad(_) => "bad",
        Verdict::Unchecked => "unchecked",
    }
}

fn multisig_json(multisig: &Multisig) -> Json {
    let member = |subsig: &kmd_algorand::Subsig| {
        let address = kmd_algorand::Address::from(subsig.key()).to_string();
        json!({ "address": address, "signed": subsig.signature().is_some() })
    };
    json!({
        "address": multisig.preimage().ok().map(|preimage| preimage.address().to_string()),
        "version": multisig.version(),
        "threshold": multisig.threshold(),
        "members": multisig.subsigs().iter().map(member).collect::<Vec<_>>(),
    })
}

fn program_json(logic: &LogicSignature) -> Json {
    let (delegation, multisig) = match &logic.delegation {
        Delegation::Contract => ("contract", None),
        Delegation::Key(_) => ("key", None),
        Delegation::Multisig(multisig) => ("multisig", Some(multisig)),
        Delegation::LegacyMultisig(multisig) => ("legacy-multisig", Some(multisig)),
        Delegation::PostQuantum(_) => ("post-quantum", None),
    };
    let mut object = json!({
        "address": program_address(&logic.program).to_string(),
        "program": base64(&logic.program),
        "arguments": logic.arguments.iter().map(|argument| base64(argument)).collect::<Vec<_>>(),
        "delegation": delegation,
    });
    if let Some(multisig) = multisig {
        object["multisig"] = multisig_json(multisig);
    }
    object
}
