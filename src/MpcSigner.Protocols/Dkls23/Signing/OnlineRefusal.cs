namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>Why a signer does not answer an online request (spec §13). Up to <see cref="BadDigest"/> the presignature is kept.</summary>
public enum OnlineRefusal
{
    /// <summary>T2 is not the presignature's.</summary>
    OtherPresignature = 1,

    /// <summary>KH is not that of the presignature and of our record: another key, or another generation of it.</summary>
    OtherKeyRecord = 2,

    /// <summary>The presignature was made for another initiator, or for another process start of it.</summary>
    OtherInitiator = 3,

    /// <summary>The path is too long, hardened, or leads to no valid key.</summary>
    BadPath = 4,

    /// <summary>The digest is 0 mod q.</summary>
    BadDigest = 5,

    /// <summary>The presignature answered a request before.</summary>
    Spent = 6,

    /// <summary>R′ came out as the identity, or its x as 0 mod q. The presignature is spent.</summary>
    DegenerateNonce = 7,
}
