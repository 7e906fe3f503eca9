//! What deserves a second look before it is signed.

/// A reason for a second look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Danger {
    Rekey,
    Close,
    AssetClose,
    Clawback,
    Freeze,
    AssetDestroy,
    AssetRoles,
    ClawbackRole,
    FreezeRole,
    HighFee,
    ZeroAddress,
    Nonparticipation,
    ApplicationUpdate,
    ApplicationDelete,
    ClearState,
    UnknownType,
    StrayField,
    AnyNetwork,
    OtherNetwork,
    Group,
    Signature,
}

/// A fee from here on is named: a hundred times the least.
pub(super) const HIGH_FEE: u64 = 100_000;

impl Danger {
    /// Its name for programs.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Rekey => "rekey",
            Self::Close => "close",
            Self::AssetClose => "asset-close",
            Self::Clawback => "clawback",
            Self::Freeze => "freeze",
            Self::AssetDestroy => "asset-destroy",
            Self::AssetRoles => "asset-roles",
            Self::ClawbackRole => "clawback-role",
            Self::FreezeRole => "freeze-role",
            Self::HighFee => "high-fee",
            Self::ZeroAddress => "zero-address",
            Self::Nonparticipation => "nonparticipation",
            Self::ApplicationUpdate => "application-update",
            Self::ApplicationDelete => "application-delete",
            Self::ClearState => "clear-state",
            Self::UnknownType => "unknown-type",
            Self::StrayField => "stray-field",
            Self::AnyNetwork => "any-network",
            Self::OtherNetwork => "other-network",
            Self::Group => "group",
            Self::Signature => "signature",
        }
    }

    /// What it means.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::Rekey => "from then on only this account's keys sign for the sender",
            Self::Close => "all Algos that are left go there, and the sender's account is closed",
            Self::AssetClose => "all of the asset that is left goes there",
            Self::Clawback => "the asset is taken away, without this account's consent",
            Self::Freeze => "from then on this account cannot move the asset",
            Self::AssetDestroy => "the asset is gone for good",
            Self::AssetRoles => "who controls the asset is set anew; a role that nobody has stays so for good",
            Self::ClawbackRole => "this account can take the asset from whoever holds it",
            Self::FreezeRole => "this account can stop whoever holds the asset from moving it",
            Self::HighFee => "usual is 0.001 Algos; what is above goes to the network too",
            Self::ZeroAddress => "nobody has this account's key: what goes there is lost",
            Self::Nonparticipation => "the account can never take part in consensus again",
            Self::ApplicationUpdate => "the application's programs are replaced",
            Self::ApplicationDelete => "the application is gone for good",
            Self::ClearState => "the sender's state in the application is lost, whatever the application says",
            Self::UnknownType => "this version of kmd cannot say what such a transaction does",
            Self::StrayField => "this does not belong to a transaction of its type",
            Self::AnyNetwork => "there is no genesis hash, so the network is not named; networks refuse that",
            Self::OtherNetwork => "the genesis hash, which decides, is that of another network",
            Self::Group => "the network takes these transactions only as the group was made",
            Self::Signature => "the network will refuse it",
        }
    }
}
