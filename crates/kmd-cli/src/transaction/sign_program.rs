//! `kmd sign-program`

use std::fmt::Display;
use std::path::PathBuf;

use clap::Args;
use kmd_algorand::{Address, Delegation, LogicSignature, Multisig, PublicKey, program_address};
use serde::Serialize;

use super::authorization::state;
use super::check::{Flaw, Verdict, program};
use super::file::{OutArgs, is_standard_input, read};
use super::members::who_signs;
use super::phrase::base64;
use super::program::{checked, not_a_program};
use super::reopen::reopen;
use crate::Result;
use crate::address::argument;
use crate::ask::YesArgs;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::output::{Page, Report};
use crate::phrase::count;
use crate::unlock::{OpenWallet, WalletArgs};

/// Let a program spend from an account
///
/// Signs a program, which may then spend from the account whatever it approves
/// of. Shows what it is first and asks.
#[derive(Args)]
#[command(
    after_long_help = "JSON: {\"out\", \"account\", \"program\", \"state\", \"signed_by\": [], \"logic_signature\"}"
)]
pub struct SignProgram {
    /// The compiled program, as `goal clerk compile` writes it, or a logic
    /// signature that other members of the multisig account have signed; - reads
    /// standard input
    ///
    /// With -, the password is asked for on the terminal, and so is the
    /// confirmation; without a terminal, --password-file and --yes give them.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The account that the program is to speak for; a key's, or a multisig account
    #[arg(long, value_name = "ADDRESS", value_parser = argument)]
    account: Address,

    /// Sign as this member of a multisig account [default: as many as are needed]
    #[arg(long = "member", value_name = "ADDRESS", value_parser = argument)]
    members: Vec<Address>,

    /// Sign the program alone, as was done before it was signed together with
    /// the multisig account: such a signature counts for every multisig account
    /// with the same member
    #[arg(long)]
    legacy: bool,

    #[command(flatten)]
    out: OutArgs,

    #[command(flatten)]
    wallet: WalletArgs,

    #[command(flatten)]
    yes: YesArgs,
}

impl SignProgram {
    pub(crate) fn reads_standard_input(&self) -> bool {
        is_standard_input(&self.file)
    }

    pub(crate) fn run(self, context: &Context) -> Result<()> {
        self.out.check()?;
        let before = self.read()?;
        context.output.show(|page| self.show(&before, page));
        let wallet = self.wallet.unlock(context)?;
        let (members, multisig) = self.signers(&wallet, &before)?;
        for member in &members {
            context
                .output
                .note(&format!("sign with the key of {}", Address::from(*member)));
        }
        let question = format!("Let this program spend from {}?", self.account);
        context.ask.confirm(&question, self.yes.consent())?;

        let wallet = reopen(context, wallet)?;
        let signed = self.sign(&wallet, &before, &members, multisig)?;
        let verdict = program(&signed, self.account);
        if let Verdict::Bad(flaw) = &verdict {
            return Err(Error::new(Kind::Other, "the daemon's signature is wrong").because(flaw));
        }
        self.out.write(&signed.encode())?;
        context.output.print(&self.report(&signed, &verdict, &members))
    }

    /// What the file has: a program, or one that is partly signed.
    fn read(&self) -> Result<LogicSignature> {
        let (contents, refused) = (read(&self.file)?, |why: &dyn Display| {
            not_a_program(&self.file).because(why)
        });
        let Ok(logic) = LogicSignature::decode(&contents) else {
            return Ok(LogicSignature {
                program: checked(&self.file, contents)?,
                arguments: Vec::new(),
                delegation: Delegation::Contract,
            });
        };
        match program(&logic, self.account) {
            Verdict::Incomplete { .. } | Verdict::Missing | Verdict::Bad(Flaw::OtherProgram { .. }) => Ok(logic),
            Verdict::Good => Err(refused(&"it is a logic signature that needs no more signatures")),
            Verdict::Unchecked => Err(refused(&"it is a logic signature of a post-quantum key")),
            Verdict::Bad(flaw) => Err(refused(&flaw)),
        }
    }

    fn show(&self, logic: &LogicSignature, page: &mut Page) {
        page.title("Program");
        page.line(format!("  length   {}", count(logic.program.len(), "byte")));
        page.line(format!("  hash     {}", program_address(&logic.program)));
        page.alarm(&format!("! account  {}", self.account));
        page.alarm("           (whoever has the result can do with this account what the program approves of)");
        if self.legacy {
            page.alarm("! form     old: it counts for every multisig account with the same member");
        }
    }

    /// Who signs, and what there is of a multisig.
    fn signers(&self, wallet: &OpenWallet<'_>, before: &LogicSignature) -> Result<(Vec<PublicKey>, Option<Multisig>)> {
        let keys = wallet.client.list_keys(&wallet.handle)?;
        let begun = match &before.delegation {
            Delegation::Multisig(multisig) | Delegation::LegacyMultisig(multisig) => Some(multisig.clone()),
            _ => None,
        };
        if begun.is_none() && keys.contains(&self.account) {
            return Ok((vec![self.account.into()], None));
        }
        let multisig = match begun {
            Some(multisig) => multisig,
            None => self.imported(wallet)?,
        };
        let members = who_signs(&multisig, |address| keys.contains(address), &self.members);
        if members.is_empty() {
            let none = format!(
                "the wallet {} has no key of {} that has not signed",
                wallet.wallet.name, self.account
            );
            return Err(Error::new(Kind::NotFound, none));
        }
        Ok((members, Some(multisig)))
    }

    fn imported(&self, wallet: &OpenWallet<'_>) -> Result<Multisig> {
        if !wallet.client.list_multisig(&wallet.handle)?.contains(&self.account) {
            let neither = format!(
                "the wallet {} has neither a key nor a multisig {}",
                wallet.wallet.name, self.account
            );
            return Err(Error::new(Kind::NotFound, neither)
                .hint("`kmd key list` and `kmd multisig list` show what it has; -w chooses another wallet"));
        }
        let preimage = wallet.client.export_multisig(&wallet.handle, self.account)?;
        Ok(Multisig::from_preimage(&preimage))
    }

    fn sign(
        &self,
        wallet: &OpenWallet<'_>,
        before: &LogicSignature,
        members: &[PublicKey],
        multisig: Option<Multisig>,
    ) -> Result<LogicSignature> {
        let OpenWallet {
            client,
            handle,
            password,
            ..
        } = wallet;
        let (password, program) = (password.expose(), &before.program);
        let delegation = match multisig {
            None => Delegation::Key(client.sign_program(handle, password, self.account, program)?),
            Some(mut multisig) => {
                let legacy = self.legacy || matches!(before.delegation, Delegation::LegacyMultisig(_));
                for member in members {
                    let partial = Some(multisig);
                    multisig = if legacy {
                        client.sign_multisig_program_legacy(
                            handle,
                            password,
                            self.account,
                            program,
                            *member,
                            partial,
                        )?
                    } else {
                        client.sign_multisig_program(handle, password, self.account, program, *member, partial)?
                    };
                }
                if legacy {
                    Delegation::LegacyMultisig(multisig)
                } else {
                    Delegation::Multisig(multisig)
                }
            }
        };
        Ok(LogicSignature {
            program: program.clone(),
            arguments: before.arguments.clone(),
            delegation,
        })
    }

    fn report(&self, signed: &LogicSignature, verdict: &Verdict, members: &[PublicKey]) -> SignedProgram {
        SignedProgram {
            out: self.out.path().display().to_string(),
            account: self.account.to_string(),
            program: program_address(&signed.program).to_string(),
            state: state(verdict),
            signed_by: members
                .iter()
                .map(|member| Address::from(*member).to_string())
                .collect(),
            logic_signature: base64(&signed.encode()),
            missing: match verdict {
                Verdict::Incomplete { have, need } => need - have,
                _ => 0,
            },
        }
    }
}

/// What `kmd sign-program` prints.
#[derive(Serialize)]
struct SignedProgram {
    out: String,
    account: String,
    /// Its hash.
    program: String,
    state: &'static str,
    signed_by: Vec<String>,
    logic_signature: String,
    #[serde(skip)]
    missing: usize,
}

impl Report for SignedProgram {
    fn write(&self, page: &mut Page) {
        page.line(format!("Signed the program {}, written to {}", self.program, self.out));
        if self.missing > 0 {
            page.line(format!("It needs {} more", count(self.missing, "signature")));
        }
    }
}
