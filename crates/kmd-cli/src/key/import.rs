//! `kmd key import`

use std::path::{Path, PathBuf};

use clap::Args;
use kmd_api::SecretBytes;
use kmd_crypto::Seed;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::accounts::address_of;
use crate::ask::{YesArgs, bytes_of_words, read_secret};
use crate::context::Context;
use crate::output::{Page, Report};
use crate::unlock::WalletArgs;
use crate::{Error, Kind, Result};

/// Bring a key into a wallet
///
/// Brings a key into a wallet: from its 25 words, or from a file with the words
/// or with the bytes that algokey writes. Its address is shown before anything
/// is done. Imported keys do not follow from the wallet's master derivation key,
/// so they need a backup of their own.
#[derive(Args)]
#[command(after_long_help = "JSON: {\"wallet\", \"address\"}")]
pub struct Import {
    /// Read the key from a file: 25 words, or 32 or 64 bytes
    ///
    /// Without it: the words are asked for on the terminal, or taken from lines
    /// of standard input where that is no terminal; a password from standard
    /// input comes after them.
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,

    #[command(flatten)]
    wallet: WalletArgs,

    #[command(flatten)]
    yes: YesArgs,
}

impl Import {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let wallet = self.wallet.find(context)?;
        let seed = match &self.file {
            Some(file) => seed_of_file(file)?,
            None => context.ask.words("the key", &context.output)?,
        };
        let seed = Seed::from_fn(|bytes| *bytes = *seed);
        context
            .output
            .note(&format!("This is the key of {}.", address_of(&seed)));
        let question = format!("Import it into the wallet {}?", wallet.name);
        context.ask.confirm(&question, self.yes.consent())?;

        let open = self.wallet.unlock_found(context, wallet)?;
        let address = open
            .client
            .import_key(&open.handle, SecretBytes::new(seed.expose()))
            .map_err(|error| {
                Error::from(error).while_doing(format!("cannot import it into the wallet {}", open.wallet.name))
            })?;
        context.output.print(&Imported {
            wallet: open.wallet.name.clone(),
            address: address.to_string(),
        })
    }
}

/// algokey writes the seed as it is, other tools the seed and the public key. No mnemonic is as
/// short as either.
pub(crate) fn seed_of_file(path: &Path) -> Result<Zeroizing<[u8; 32]>> {
    let bytes = read_secret(path).map_err(|error| Error::file("read the key from", path, &error))?;
    let seed = match bytes.len() {
        32 | 64 => bytes.first_chunk::<32>(),
        _ => None,
    };
    let key = match seed {
        Some(seed) => whole_key(&bytes, seed),
        None => bytes_of_words(&bytes),
    };
    key.map_err(|error| error.while_doing(format!("cannot use the key in {}", path.display())))
}

/// Where the public key is there as well, it must be that of the seed.
fn whole_key(bytes: &[u8], seed: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>> {
    let public = &bytes[32..];
    let derived = address_of(&Seed::from_fn(|bytes| *bytes = *seed));
    if !public.is_empty() && public != derived.as_bytes() {
        return Err(Error::new(
            Kind::Invalid,
            "its second half is not the public key of its first",
        ));
    }
    Ok(Zeroizing::new(*seed))
}

#[derive(Serialize)]
struct Imported {
    wallet: String,
    address: String,
}

impl Report for Imported {
    fn write(&self, page: &mut Page) {
        page.line(format_args!(
            "Imported {} into the wallet {}.",
            self.address, self.wallet
        ));
    }
}
