//! The page, written anew each time.

use kmd_crypto::KdfLoad;
use kmd_memory::Usage;

use super::families as of;
use super::text::Text;
use super::{DOORS, Metrics, SIGNATURES};

/// What is not counted but looked at.
pub(crate) struct Levels {
    pub(crate) ready: bool,
    pub(crate) sessions: usize,
    pub(crate) wallets: usize,
    pub(crate) kdf: KdfLoad,
    pub(crate) memory: Usage,
}

/// All metrics, in the text format.
pub(crate) fn page(metrics: &Metrics, levels: &Levels) -> Vec<u8> {
    let mut text = Text::default();
    about_kmd(&mut text, levels);
    about_requests(&mut text, metrics);
    about_wallets(&mut text, metrics, levels);
    about_connections(&mut text, metrics);
    about_memory(&mut text, levels);
    about_process(&mut text, metrics);
    text.into_bytes()
}

fn about_kmd(text: &mut Text, levels: &Levels) {
    text.family(&of::BUILD_INFO);
    text.sample(&of::BUILD_INFO, &[env!("CARGO_PKG_VERSION")], 1);
    text.family(&of::READY);
    text.sample(&of::READY, &[], u8::from(levels.ready));
}

fn about_requests(text: &mut Text, metrics: &Metrics) {
    text.family(&of::REQUESTS);
    for route in metrics.requests.asked_for() {
        for (status, count) in route.counts() {
            text.sample(&of::REQUESTS, &[route.method(), route.path(), status], count);
        }
    }
    text.family(&of::REQUEST_TIME);
    for route in metrics.requests.asked_for() {
        text.histogram(&of::REQUEST_TIME, &[route.method(), route.path()], route.times());
    }
    text.family(&of::ERRORS);
    for (kind, count) in &metrics.errors {
        text.sample(&of::ERRORS, &[*kind], count.value());
    }
    text.family(&of::WRONG_PASSWORDS);
    text.sample(&of::WRONG_PASSWORDS, &[], metrics.wrong_passwords());
}

fn about_wallets(text: &mut Text, metrics: &Metrics, levels: &Levels) {
    text.family(&of::SIGNATURES);
    for ((what, _), count) in SIGNATURES.iter().zip(&metrics.signatures) {
        text.sample(&of::SIGNATURES, &[*what], count.value());
    }
    text.family(&of::KEYS_GENERATED);
    text.sample(&of::KEYS_GENERATED, &[], metrics.keys_generated.value());
    text.family(&of::SESSIONS);
    text.sample(&of::SESSIONS, &[], levels.sessions);
    text.family(&of::WALLETS);
    text.sample(&of::WALLETS, &[], levels.wallets);
    text.family(&of::KDF_RUNNING);
    text.sample(&of::KDF_RUNNING, &[], levels.kdf.running);
    text.family(&of::KDF_WAITING);
    text.sample(&of::KDF_WAITING, &[], levels.kdf.waiting);
    text.family(&of::KDF_TIME);
    text.histogram(&of::KDF_TIME, &[], &metrics.kdf);
}

fn about_connections(text: &mut Text, metrics: &Metrics) {
    let families = [
        &of::CONNECTIONS,
        &of::CONNECTIONS_OPEN,
        &of::CONNECTIONS_HELD,
        &of::CONNECTIONS_FAILED,
    ];
    for (place, family) in families.into_iter().enumerate() {
        text.family(family);
        for (door, name) in DOORS {
            let connections = metrics.connections(door);
            // Read in this order, no more can have ended than were accepted.
            let (ended, accepted) = (connections.ended.value(), connections.accepted.value());
            let counts = [
                accepted,
                accepted.saturating_sub(ended),
                connections.held_back.value(),
                connections.failed.value(),
            ];
            text.sample(family, &[name], counts[place]);
        }
    }
}

fn about_memory(text: &mut Text, levels: &Levels) {
    let Usage {
        secret,
        locked,
        unlocked,
        heap,
    } = levels.memory;
    text.family(&of::SECRET_MEMORY);
    for (protection, bytes) in [
        ("memfd_secret", secret),
        ("locked", locked),
        ("unlocked", unlocked),
        ("heap", heap),
    ] {
        text.sample(&of::SECRET_MEMORY, &[protection], bytes);
    }
}

fn about_process(text: &mut Text, metrics: &Metrics) {
    let process = &metrics.process;
    let memory = process.memory();
    text.family(&of::PROCESS_RESIDENT);
    if let Some(memory) = &memory {
        text.sample(&of::PROCESS_RESIDENT, &[], memory.resident);
    }
    text.family(&of::PROCESS_VIRTUAL);
    if let Some(memory) = &memory {
        text.sample(&of::PROCESS_VIRTUAL, &[], memory.virtual_size);
    }
    text.family(&of::PROCESS_CPU);
    text.sample(&of::PROCESS_CPU, &[], process.processor_time().as_secs_f64());
    text.family(&of::PROCESS_FDS);
    if let Some(descriptors) = process.descriptors() {
        text.sample(&of::PROCESS_FDS, &[], descriptors);
    }
    text.family(&of::PROCESS_MAX_FDS);
    if let Some(descriptors) = process.most_descriptors() {
        text.sample(&of::PROCESS_MAX_FDS, &[], descriptors);
    }
    text.family(&of::PROCESS_START);
    text.sample(&of::PROCESS_START, &[], process.started().as_secs_f64());
}
