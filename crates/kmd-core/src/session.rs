//! Sessions: handles to open wallets, each with a deadline.
//!
//! ```text
//!          init                 deadline                 asked again, or swept
//!  ──────────────────► open ──────────────► expired ──────────────► gone
//!                      │  ▲                 (no keys)                 ▲
//!                      └──┘ renew                                     │
//!                      └──────────────── release ─────────────────────┘
//! ```
//!
//! A handle lets go of its wallet at the deadline, not when somebody looks: the
//! daemon asks how long it is until the next one and calls [`Sessions::expire`] then. When
//! the last handle of a wallet lets go, its keys are wiped. What stays of an
//! expired handle, without keys, only serves to say "expired" once.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use kmd_crypto::{Random, RandomError, SecretArray};
use kmd_wallet::{Wallet, WalletId};
use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::clock::Clock;
use crate::sync::{Mutex, MutexGuard};

/// Bytes of a handle's id and secret. On the wire each is in hex.
const ID: usize = 8;
const SECRET: usize = 32;
/// How long an expired handle is remembered.
const REMEMBER_EXPIRED: Duration = Duration::from_secs(60);

/// Why a handle opens nothing. The order is that of the checks.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SessionError {
    /// No dot in the token.
    #[error("wrong number of token parts")]
    TokenParts,
    /// The part before the dot is not 16 hex characters.
    #[error("invalid wallet handle id")]
    Id,
    /// The part after the dot is not 64 hex characters.
    #[error("invalid wallet handle secret")]
    Secret,
    /// No handle has this id.
    #[error("handle does not exist")]
    Unknown,
    /// The secret is another.
    #[error("invalid token")]
    Token,
    /// The deadline has passed.
    #[error("handle expired")]
    Expired,
}

type HandleId = [u8; ID];

/// A handle: a public id and the secret that proves it.
pub struct HandleToken {
    id: HandleId,
    secret: SecretArray<SECRET>,
}

impl HandleToken {
    fn new(random: &dyn Random) -> Result<Self, RandomError> {
        let mut id = [0; ID];
        random.fill(&mut id)?;
        let secret = SecretArray::try_from_fn(|secret| random.fill(secret))?;
        Ok(Self { id, secret })
    }

    /// Reads `id.secret`, both in hex.
    ///
    /// # Errors
    /// The first three of [`SessionError`].
    pub fn parse(text: &str) -> Result<Self, SessionError> {
        let (id, secret) = text.split_once('.').ok_or(SessionError::TokenParts)?;
        let mut bytes = [0; ID];
        decode_hex(id.as_bytes(), &mut bytes).ok_or(SessionError::Id)?;
        let secret =
            SecretArray::try_from_fn(|bytes| decode_hex(secret.as_bytes(), bytes).ok_or(SessionError::Secret))?;
        Ok(Self { id: bytes, secret })
    }

    /// Writes the token as it goes to its owner: 81 characters.
    pub fn expose(&self) -> SecretArray<{ 2 * ID + 1 + 2 * SECRET }> {
        SecretArray::from_fn(|text| {
            encode_hex(&self.id, &mut text[..2 * ID]);
            text[2 * ID] = b'.';
            encode_hex(self.secret.expose(), &mut text[2 * ID + 1..]);
        })
    }
}

impl fmt::Debug for HandleToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HandleToken(…)")
    }
}

fn encode_hex(bytes: &[u8], text: &mut [u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (byte, pair) in bytes.iter().zip(text.chunks_exact_mut(2)) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}

fn decode_hex(text: &[u8], bytes: &mut [u8]) -> Option<()> {
    if text.len() != 2 * bytes.len() {
        return None;
    }
    for (pair, byte) in text.chunks_exact(2).zip(bytes) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(())
}

fn digit(character: u8) -> Option<u8> {
    char::from(character)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// An open wallet, as a handle gives it out.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) id: WalletId,
    pub(crate) wallet: Arc<dyn Wallet>,
}

/// A handle's wallet and the time that is left.
pub(crate) struct Handle {
    pub(crate) opened: Opened,
    pub(crate) remaining: Duration,
}

struct Session {
    secret: SecretArray<SECRET>,
    deadline: Duration,
    /// `None` from the deadline on.
    opened: Option<Opened>,
}

#[derive(Default)]
struct State {
    sessions: HashMap<HandleId, Session>,
    /// Open and expired handles by the time at which something happens to them.
    deadlines: BTreeSet<(Duration, HandleId)>,
    open_wallets: HashMap<WalletId, Weak<dyn Wallet>>,
}

/// All handles.
pub(crate) struct Sessions {
    lifetime: Duration,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

impl Sessions {
    pub(crate) fn new(lifetime: Duration, clock: Arc<dyn Clock>) -> Self {
        Self {
            lifetime,
            clock,
            state: Mutex::default(),
        }
    }

    /// A new handle for a wallet.
    pub(crate) fn open(&self, opened: Opened, random: &dyn Random) -> Result<HandleToken, RandomError> {
        let token = HandleToken::new(random)?;
        let session = Session {
            secret: SecretArray::from_fn(|secret| secret.copy_from_slice(token.secret.expose())),
            deadline: self.clock.now().saturating_add(self.lifetime),
            opened: Some(opened),
        };
        self.state().insert(token.id, session);
        Ok(token)
    }

    /// The wallet that is open already, if some handle holds it.
    pub(crate) fn open_wallet(&self, id: &WalletId) -> Option<Arc<dyn Wallet>> {
        self.expire();
        self.state().open_wallets.get(id).and_then(Weak::upgrade)
    }

    /// The wallet that the token opens.
    pub(crate) fn authenticate(&self, token: &str) -> Result<Opened, SessionError> {
        let opened = self.with(token, |state, id, _| state.sessions.get(&id)?.opened.clone())?;
        opened.ok_or(SessionError::Expired)
    }

    /// The wallet that the token opens, and for how long.
    pub(crate) fn info(&self, token: &str) -> Result<Handle, SessionError> {
        let handle = self.with(token, |state, id, now| state.sessions.get(&id)?.handle(now))?;
        handle.ok_or(SessionError::Expired)
    }

    /// Gives the handle its full lifetime again.
    pub(crate) fn renew(&self, token: &str) -> Result<Handle, SessionError> {
        let handle = self.with(token, |state, id, now| {
            state.postpone(id, now.saturating_add(self.lifetime));
            // The time is asked again: answering takes some of it.
            state.sessions.get(&id)?.handle(self.clock.now())
        })?;
        handle.ok_or(SessionError::Expired)
    }

    /// Gives the handle up. The wallet that it opened may be open still, by
    /// others.
    pub(crate) fn release(&self, token: &str) -> Result<WalletId, SessionError> {
        let released = self.with(token, |state, id, _| state.remove(&id)?.opened)?;
        let opened = released.ok_or(SessionError::Expired)?;
        let id = opened.id.clone();
        self.let_go([opened]);
        Ok(id)
    }

    /// Gives all handles of a wallet up.
    pub(crate) fn close(&self, wallet: &WalletId) {
        // Dropped, and with them the wallet, after the lock is given back.
        let closed = self.state().close(wallet);
        drop(closed);
    }

    /// Lets go of all wallets whose handles have expired.
    pub(crate) fn expire(&self) {
        let expired = self.state().expire(self.clock.now());
        self.let_go(expired);
    }

    /// Drops wallets that handles held, and forgets those that nobody holds now.
    fn let_go(&self, opened: impl IntoIterator<Item = Opened>) {
        // Keys are wiped here, while the lock is not held: that may take a while.
        let ids: Vec<WalletId> = opened.into_iter().map(|opened| opened.id).collect();
        if !ids.is_empty() {
            self.state().forget_closed(&ids);
        }
    }

    /// How long until [`Self::expire`] has something to do.
    pub(crate) fn time_to_next_deadline(&self) -> Option<Duration> {
        let (deadline, _) = *self.state().deadlines.first()?;
        Some(deadline.saturating_sub(self.clock.now()))
    }

    /// Handles that are open.
    pub(crate) fn count(&self) -> usize {
        let state = self.state();
        state
            .sessions
            .values()
            .filter(|session| session.opened.is_some())
            .count()
    }

    /// Wallets that somebody holds.
    pub(crate) fn count_wallets(&self) -> usize {
        let state = self.state();
        let held = state.open_wallets.values().filter(|wallet| wallet.strong_count() > 0);
        held.count()
    }

    /// Acts on the session of a token that is there, proven and not expired.
    /// One that has expired is forgotten by being asked for.
    fn with<T>(&self, token: &str, act: impl FnOnce(&mut State, HandleId, Duration) -> T) -> Result<T, SessionError> {
        let token = HandleToken::parse(token)?;
        let now = self.clock.now();
        let mut state = self.state();
        let checked = state.check(&token, now);
        // Checked and acted on under one lock. The mutant gives it up in between.
        #[cfg(feature = "mutant")]
        {
            drop(state);
            state = self.state();
        }
        let (result, forgotten) = match checked {
            Ok(()) => (Ok(act(&mut state, token.id, now)), None),
            Err(SessionError::Expired) => (Err(SessionError::Expired), state.remove(&token.id)),
            Err(error) => (Err(error), None),
        };
        drop(state);
        self.let_go(forgotten.and_then(|session| session.opened));
        result
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No method leaves the state half changed where it could panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn handle(&self, now: Duration) -> Option<Handle> {
        Some(Handle {
            opened: self.opened.clone()?,
            remaining: self.deadline.saturating_sub(now),
        })
    }
}

impl State {
    fn check(&self, token: &HandleToken, now: Duration) -> Result<(), SessionError> {
        let session = self.sessions.get(&token.id).ok_or(SessionError::Unknown)?;
        if !bool::from(session.secret.expose().ct_eq(token.secret.expose())) {
            return Err(SessionError::Token);
        }
        if session.opened.is_none() || session.deadline <= now {
            return Err(SessionError::Expired);
        }
        Ok(())
    }

    fn insert(&mut self, id: HandleId, session: Session) {
        // Wallets that an operation held longer than their handles are forgotten
        // when they are the larger part.
        if self.open_wallets.len() > 2 * self.sessions.len() {
            self.open_wallets.retain(|_, wallet| wallet.strong_count() > 0);
        }
        if let Some(opened) = &session.opened {
            self.open_wallets
                .insert(opened.id.clone(), Arc::downgrade(&opened.wallet));
        }
        self.deadlines.insert((session.deadline, id));
        self.sessions.insert(id, session);
    }

    fn remove(&mut self, id: &HandleId) -> Option<Session> {
        let session = self.sessions.remove(id)?;
        self.deadlines.remove(&(session.deadline, *id));
        Some(session)
    }

    fn forget_closed(&mut self, wallets: &[WalletId]) {
        for id in wallets {
            if self
                .open_wallets
                .get(id)
                .is_some_and(|wallet| wallet.strong_count() == 0)
            {
                self.open_wallets.remove(id);
            }
        }
    }

    fn close(&mut self, wallet: &WalletId) -> Vec<Option<Session>> {
        self.open_wallets.remove(wallet);
        let of_wallet = |session: &Session| session.opened.as_ref().is_some_and(|opened| opened.id == *wallet);
        let sessions = self.sessions.iter().filter(|(_, session)| of_wallet(session));
        let ids: Vec<HandleId> = sessions.map(|(id, _)| *id).collect();
        ids.iter().map(|id| self.remove(id)).collect()
    }

    fn postpone(&mut self, id: HandleId, deadline: Duration) {
        if let Some(session) = self.sessions.get_mut(&id) {
            self.deadlines.remove(&(session.deadline, id));
            session.deadline = deadline;
            self.deadlines.insert((deadline, id));
        }
    }

    /// Takes the wallets of expired handles out, for the caller to drop.
    fn expire(&mut self, now: Duration) -> Vec<Opened> {
        let mut expired = Vec::new();
        while let Some(&(deadline, id)) = self.deadlines.first().filter(|(deadline, _)| *deadline <= now) {
            match self.sessions.get_mut(&id).and_then(|session| session.opened.take()) {
                Some(opened) => {
                    expired.push(opened);
                    self.postpone(id, deadline.saturating_add(REMEMBER_EXPIRED));
                }
                None => drop(self.remove(&id)),
            }
        }
        expired
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
