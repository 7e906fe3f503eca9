//! Which bodies are requests: tables of JSON and msgpack.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use kmd_api::Encoding;
use kmd_api::v1::{CreateWallet, ImportMultisig, SignMultisigTransaction, SignTransaction};
use serde_json::json;

const ADDRESS: &str = "RBIYPC33EJMULE2FNLNG7Y2YRTKEWB6FS3WQAVFPKSZUX4HTG2WGK3NDUM";
const KEY: &str = "iFGHi3siWUWTRWrab+NYjNRLB8WW7QBUr1SzS/DzNqw=";

fn sign(body: &str) -> Option<SignTransaction> {
    Encoding::of_body(body.as_bytes()).decode_request(body.as_bytes()).ok()
}

#[test]
fn json_objects_and_only_those() {
    let accepted = [
        "{}",
        "null",
        " \n\t{}",
        "{} trailing",
        "{}{}",
        r#"{"transaction":null}"#,
        r#"{"trans\u0061ction":""}"#,
    ];
    for body in accepted {
        assert!(sign(body).is_some(), "{body}");
    }
    let refused = [
        "",
        " ",
        "[]",
        "[\"h\"]",
        "1",
        "true",
        "\"x\"",
        "nul",
        "{",
        "{,}",
        r#"{"x":1}"#,
        r#"{"x":null}"#,
        r#"{"Transaction":""}"#,
        r#"{"transaction":"","transaction":""}"#,
        r#"{"transaction":1}"#,
        r#"{"transaction":{}}"#,
        r#"{"wallet_handle_token":1}"#,
        r#"{"wallet_handle_token":true}"#,
        "{\"wallet_handle_token\":\"a\nb\"}",
        "\u{feff}{}",
        "/**/{}",
        "{'transaction':''}",
        r#"{"transaction":"",}"#,
    ];
    for body in refused {
        assert!(sign(body).is_none(), "{body}");
    }
}

#[test]
fn byte_fields() {
    let cases = [
        (r#""AQID""#, Some(vec![1, 2, 3])),
        (r#""AQ\nID\r\n""#, Some(vec![1, 2, 3])),
        (r#""AQI=""#, Some(vec![1, 2])),
        (r#""AQJ=""#, Some(vec![1, 2])),
        ("[1,2,3]", Some(vec![1, 2, 3])),
        ("[]", Some(vec![])),
        (r#""""#, Some(vec![])),
        ("null", Some(vec![])),
        (r#""AQI""#, None),
        (r#""AQ-_""#, None),
        (r#""A Q I =""#, None),
        ("[256]", None),
        ("[-1]", None),
        ("[1.5]", None),
    ];
    for (value, expected) in cases {
        let decoded = sign(&format!(r#"{{"transaction":{value}}}"#)).map(|request| request.transaction.into_vec());
        assert_eq!(decoded, expected, "{value}");
    }
}

#[test]
fn public_keys_are_bytes_or_addresses() {
    let twice = data_encoding::BASE64.encode(ADDRESS.as_bytes());
    let zeros = data_encoding::BASE64.encode(&[0; 32]);
    let bad = ADDRESS.replace("K3NDUM", "K3NDUA");
    let cases = [
        (KEY, Some(true)),
        (ADDRESS, Some(true)),
        (&twice, Some(true)),
        (&zeros, Some(false)),
        ("", Some(false)),
        (&bad, None),
        (&ADDRESS.to_lowercase(), None),
        ("iFGHi3siWUWTRWrab+NYjNRLB8WW7QBUr1SzS/DzNg==", None),
    ];
    for (value, expected) in cases {
        let request = sign(&json!({"public_key": value}).to_string());
        let key = request.map(|request| request.public_key.address());
        assert_eq!(key.as_ref().map(Option::is_some), expected, "{value}");
        if let Some(Some(address)) = key {
            assert_eq!(address.to_string(), ADDRESS);
        }
    }
}

#[test]
fn numbers_of_a_multisig() {
    let import = |threshold: &str| {
        let body = format!(r#"{{"threshold":{threshold}}}"#);
        let decoded = Encoding::Json.decode_request::<ImportMultisig>(body.as_bytes());
        decoded.ok().map(|request| request.threshold)
    };
    let cases = [
        ("0", Some(0)),
        ("255", Some(255)),
        ("null", Some(0)),
        ("256", None),
        ("-1", None),
        ("\"1\"", None),
        ("1.5", None),
        ("true", None),
    ];
    for (threshold, expected) in cases {
        assert_eq!(import(threshold), expected, "{threshold}");
    }
}

#[test]
fn partial_multisigs() {
    // {"subsig":[{"pk":KEY}],"thr":1,"v":1} in msgpack.
    let mut packed = b"\x83\xa6subsig\x91\x81\xa2pk\xc4\x20".to_vec();
    packed.extend_from_slice(&data_encoding::BASE64.decode(KEY.as_bytes()).unwrap());
    packed.extend_from_slice(b"\xa3thr\x01\xa1v\x01");
    let packed = data_encoding::BASE64.encode(&packed);
    let cases = [
        (json!(null), Some(0)),
        (json!({}), Some(0)),
        (json!(""), Some(0)),
        (json!({"v": 0, "thr": 0, "subsig": []}), Some(0)),
        (json!({"v": 1, "thr": 1, "subsig": [{"pk": KEY}]}), Some(1)),
        (
            json!({"v": 1, "thr": 1, "subsig": [{"pk": KEY, "s": null}, {"pk": ADDRESS, "s": ""}]}),
            Some(2),
        ),
        (json!(packed), Some(1)),
        (json!("AQID"), None),
        (json!({"version": 1}), None),
        (json!({"v": 1, "thr": 1, "subsig": [[KEY, ""]]}), None),
        (json!({"v": 1, "thr": 1, "subsig": [{"pk": KEY, "s": "AQID"}]}), None),
        (json!([1, 1, []]), None),
    ];
    for (partial, expected) in cases {
        let body = json!({"partial_multisig": partial}).to_string();
        let decoded = Encoding::Json.decode_request::<SignMultisigTransaction>(body.as_bytes());
        let members = decoded.ok().map(|request| {
            let multisig = request.partial_multisig.into_multisig();
            multisig.map_or(0, |multisig| multisig.subsigs().len())
        });
        assert_eq!(members, expected, "{partial}");
    }
}

#[test]
fn msgpack_is_told_by_its_first_byte() {
    let maps: [&[u8]; 4] = [
        b"\x80",
        b"\x81\xabtransaction\xc4\x01\x07",
        b"\xde\x00\x01\xabtransaction\xc4\x01\x07",
        b"\x81\xabtransaction\xc0",
    ];
    for body in maps {
        assert_eq!(Encoding::of_body(body), Encoding::Msgpack);
        assert!(
            Encoding::Msgpack.decode_request::<SignTransaction>(body).is_ok(),
            "{body:?}"
        );
    }
    let refused: [&[u8]; 5] = [
        b"\x81\xa1x\x01",
        b"\x81\xabtransaction\xc6\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\x82\xabtransaction\xc0\xabtransaction\xc0",
        b"\x81",
    ];
    for body in refused {
        assert!(
            Encoding::Msgpack.decode_request::<SignTransaction>(body).is_err(),
            "{body:?}"
        );
    }
}

#[test]
fn errors_never_quote_what_a_field_held() {
    const FIELDS: &str =
        "expected one of `master_derivation_key`, `wallet_driver_name`, `wallet_name`, `wallet_password`";
    let unknown = format!("unknown field, {FIELDS}");
    let bodies: [(&[u8], &str); 13] = [
        (
            br#"{"master_derivation_key": "hunter2"}"#,
            "neither base64 text nor an array of bytes",
        ),
        (br#"{"wallet_password": hunter2}"#, "expected value"),
        (br#"{"wallet_password": ["hunter2"]}"#, "not a JSON string"),
        (br#"{"wallet_name": ["hunter2"]}"#, "invalid type, expected a string"),
        (
            br#"{"wallet_name": 1, "wallet_password": "hunter2"}"#,
            "invalid type, expected a string",
        ),
        (br#"{"hunter2": 1}"#, &unknown),
        (br#"{", expected hunter2": 1}"#, &unknown),
        (
            br#"{"wallet_name": "", "wallet_name": "hunter2"}"#,
            "duplicate field `wallet_name`",
        ),
        (br#"{"wallet_password": "hunter2"#, "EOF while parsing a string"),
        (br#""hunter2""#, "not a JSON object"),
        (b"\x81\xafwallet_password\x91\xa7hunter2", "invalid type, expected"),
        (b"\x81\xa7hunter2\x01", &unknown),
        (b"\x81\xa7hunter2", &unknown),
    ];
    for (body, said) in bodies {
        let error = Encoding::of_body(body)
            .decode_request::<CreateWallet>(body)
            .unwrap_err();
        let error = error.to_string();
        assert!(
            !error.contains("hunter2") && error.starts_with(said),
            "{error}, not {said}"
        );
    }
}

#[test]
fn answers_are_the_reference_s_bytes() {
    let response = kmd_api::v1::ListWalletsResponse {
        wallets: vec![kmd_api::v1::Wallet {
            driver_name: "sqlite".into(),
            driver_version: 1,
            id: "00".to_owned(),
            mnemonic_ux: false,
            name: "日本 \"q\" <&>\u{2028}/\0\u{2029}x\\".to_owned(),
            supported_txs: vec!["pay".into()],
        }],
    };
    let expected = "{\n  \"wallets\": [\n    {\n      \"driver_name\": \"sqlite\",\n      \"driver_version\": 1,\n      \
        \"id\": \"00\",\n      \"mnemonic_ux\": false,\n      \"name\": \"日本 \\\"q\\\" <&>\\u2028/\\u0000\\u2029x\\\\\",\n      \
        \"supported_txs\": [\n        \"pay\"\n      ]\n    }\n  ]\n}";
    assert_eq!(
        String::from_utf8(Encoding::Json.encode(&response).unwrap()).unwrap(),
        expected
    );
    let empty = kmd_api::v1::ListWalletsResponse::default();
    assert_eq!(Encoding::Json.encode(&empty).unwrap(), b"{}");
}
