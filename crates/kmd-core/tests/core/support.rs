//! A daemon over wallets in memory, on a clock that the test sets.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kmd_algorand::{Address, MultisigPreimage, PublicKey, Signature};
use kmd_core::{AllowAll, Kmd, KmdSettings, ManualClock, NoToken, Policy, Recorder, WalletToCreate};
use kmd_crypto::{Password, Seed};
use kmd_wallet::contract::{TestRandom, cheap_params, kdf};
use kmd_wallet::memory::MemoryDriver;
use kmd_wallet::{
    Driver, DriverInfo, Locked, Metadata, NewPassword, NewWallet, Result, Verification, Wallet, WalletId, WalletName,
};

pub const LIFETIME: Duration = Duration::from_secs(60);

/// A daemon, its clock, and the number of wallets that have keys in memory.
pub struct World {
    pub kmd: Kmd,
    pub clock: Arc<ManualClock>,
    pub unlocked: Arc<AtomicUsize>,
    /// How often a wallet was verified that was not open.
    pub verified_closed: Arc<AtomicUsize>,
}

impl World {
    pub fn new() -> Self {
        Self::with(Arc::new(AllowAll), Arc::new(AllowAll))
    }

    pub fn with(policy: Arc<dyn Policy>, recorder: Arc<dyn Recorder>) -> Self {
        let clock = Arc::new(ManualClock::default());
        let unlocked = Arc::new(AtomicUsize::new(0));
        let random = Arc::new(TestRandom::default());
        let driver = Counting {
            driver: MemoryDriver::new(cheap_params(), kdf(), random.clone()),
            unlocked: Arc::clone(&unlocked),
            verified_closed: Arc::default(),
        };
        let verified_closed = Arc::clone(&driver.verified_closed);
        Self {
            kmd: Kmd::new(KmdSettings {
                drivers: vec![Box::new(driver)],
                session_lifetime: LIFETIME,
                clock: clock.clone(),
                random,
                policy,
                recorder,
                threads: NonZeroUsize::MIN.saturating_add(1),
                token: Arc::new(NoToken),
            }),
            clock,
            unlocked,
            verified_closed,
        }
    }

    /// Creates a wallet and gives its id.
    pub fn create(&self, name: &str) -> String {
        let created = self.kmd.call().create_wallet(WalletToCreate {
            driver: "memory",
            name,
            password: &password(),
            master_derivation_key: None,
        });
        created.unwrap().id.as_str().to_owned()
    }

    /// Opens a wallet and gives its handle.
    pub fn init(&self, id: &str) -> String {
        let token = self.kmd.call().init_wallet(id, &password()).unwrap();
        String::from_utf8(token.expose().expose().to_vec()).unwrap()
    }

    pub fn unlocked(&self) -> usize {
        self.unlocked.load(Ordering::SeqCst)
    }
}

pub fn password() -> Password {
    Password::new(b"correct horse")
}

/// Canonical msgpack of a small payment.
pub fn payment(sender: Address, amount: u8, group: Option<[u8; 32]>) -> Vec<u8> {
    assert!((1..128).contains(&amount));
    let mut bytes = vec![0x85 + u8::from(group.is_some())];
    bytes.extend_from_slice(b"\xa3amt");
    bytes.push(amount);
    bytes.extend_from_slice(b"\xa2fv\x01");
    if let Some(group) = group {
        bytes.extend_from_slice(b"\xa3grp\xc4\x20");
        bytes.extend_from_slice(&group);
    }
    bytes.extend_from_slice(b"\xa2lv\x02\xa3snd\xc4\x20");
    bytes.extend_from_slice(sender.as_bytes());
    bytes.extend_from_slice(b"\xa4type\xa3pay");
    bytes
}

/// A driver that counts the wallets that it unlocked and that still live.
struct Counting {
    driver: MemoryDriver,
    unlocked: Arc<AtomicUsize>,
    verified_closed: Arc<AtomicUsize>,
}

struct CountingLocked {
    locked: Box<dyn Locked>,
    unlocked: Arc<AtomicUsize>,
    verified_closed: Arc<AtomicUsize>,
}

struct CountingWallet {
    wallet: Arc<dyn Wallet>,
    unlocked: Arc<AtomicUsize>,
}

impl Driver for Counting {
    fn info(&self) -> DriverInfo {
        self.driver.info()
    }

    fn list(&self) -> Result<Vec<Metadata>> {
        self.driver.list()
    }

    fn create(&self, new: NewWallet<'_>) -> Result<()> {
        self.driver.create(new)
    }

    fn rename(&self, id: &WalletId, name: &WalletName, password: &Password) -> Result<()> {
        self.driver.rename(id, name, password)
    }

    fn open(&self, id: &WalletId) -> Result<Box<dyn Locked>> {
        Ok(Box::new(CountingLocked {
            locked: self.driver.open(id)?,
            unlocked: Arc::clone(&self.unlocked),
            verified_closed: Arc::clone(&self.verified_closed),
        }))
    }
}

impl Locked for CountingLocked {
    fn metadata(&self) -> Result<Metadata> {
        self.locked.metadata()
    }

    fn change_password(self: Box<Self>, password: &Password, new: NewPassword<'_>) -> Result<()> {
        self.locked.change_password(password, new)
    }

    fn verify(self: Box<Self>, password: &Password) -> Result<Verification> {
        self.verified_closed.fetch_add(1, Ordering::SeqCst);
        self.locked.verify(password)
    }

    fn unlock(self: Box<Self>, password: &Password) -> Result<Arc<dyn Wallet>> {
        let wallet = self.locked.unlock(password)?;
        self.unlocked.fetch_add(1, Ordering::SeqCst);
        Ok(Arc::new(CountingWallet {
            wallet,
            unlocked: self.unlocked,
        }))
    }
}

impl Drop for CountingWallet {
    fn drop(&mut self) {
        self.unlocked.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Wallet for CountingWallet {
    fn metadata(&self) -> Result<Metadata> {
        self.wallet.metadata()
    }

    fn check_password(&self, password: &Password) -> Result<()> {
        self.wallet.check_password(password)
    }

    fn verify(&self) -> Result<Verification> {
        self.wallet.verify()
    }

    fn list_keys(&self) -> Result<Vec<Address>> {
        self.wallet.list_keys()
    }

    fn sign(&self, password: &Password, signer: PublicKey, message: &[u8]) -> Result<Signature> {
        self.wallet.sign(password, signer, message)
    }

    fn generate_key(&self) -> Result<Address> {
        self.wallet.generate_key()
    }

    fn import_key(&self, seed: &Seed) -> Result<Address> {
        self.wallet.import_key(seed)
    }

    fn delete_key(&self, password: &Password, address: &Address) -> Result<()> {
        self.wallet.delete_key(password, address)
    }

    fn list_multisig(&self) -> Result<Vec<Address>> {
        self.wallet.list_multisig()
    }

    fn delete_multisig(&self, password: &Password, address: &Address) -> Result<()> {
        self.wallet.delete_multisig(password, address)
    }

    fn sign_at_once(&self, password: &Password, signer: PublicKey, message: &[u8]) -> Result<Option<Signature>> {
        self.wallet.sign_at_once(password, signer, message)
    }

    fn import_multisig(&self, preimage: &MultisigPreimage) -> Result<Address> {
        self.wallet.import_multisig(preimage)
    }

    fn export_multisig(&self, address: &Address) -> Result<MultisigPreimage> {
        self.wallet.export_multisig(address)
    }
}
