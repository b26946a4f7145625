namespace MpcSigner.Cryptography.Transcripts;

/// <summary>Every tag of the protocol specification (§3.4), and those of the service's own statements. No tag serves two purposes.</summary>
public static class Tags
{
    /// <summary>PFX of spec §3.2.</summary>
    public const string Prefix = "TSS1/";

    /// <summary>The field "version" of hashes: this edition of the specification and its parameters.</summary>
    public const byte Version = 1;

    // Orders, keys and their records: §3.4, §9, §9.1.
    public static readonly Tag Order = new("order");
    public static readonly Tag OrderSigners = new("order-signers");
    public static readonly Tag KeyId = new("key-id");
    public static readonly Tag KeyRecord = new("key-record");
    public static readonly Tag KeyRecordLeaf = new("kh-leaf");
    public static readonly Tag KeyRecordNode = new("kh-node");
    public static readonly Tag Ack = new("ack");
    public static readonly Tag Abort = new("abort");
    public static readonly Tag Done = new("done");

    // Sessions and broadcast: §4.
    public static readonly Tag Join = new("join");
    public static readonly Tag Joins = new("joins");
    public static readonly Tag BroadcastSignature = new("bc-sig");
    public static readonly Tag BroadcastPayload = new("bc-payload");

    // Key generation: §9.
    public static readonly Tag DkgContext = new("dkg-ctx");
    public static readonly Tag DkgCommitment = new("dkg-com");
    public static readonly Tag DkgT1 = new("dkg-t1");
    public static readonly Tag DkgT2 = new("dkg-t2");
    public static readonly Tag DkgChainCode = new("dkg-cc");
    public static readonly Tag PokDkg = new("pok-dkg", HashFunction.Hs);
    public static readonly Tag PokShare = new("pok-share", HashFunction.Hs);
    public static readonly Tag PokNonce = new("pok-nonce", HashFunction.Hs);

    // Refresh, reshare, recovery: §10.
    public static readonly Tag RefreshContext = new("rf-ctx");
    public static readonly Tag RefreshCommitment = new("rf-com");
    public static readonly Tag RefreshT1 = new("rf-t1");
    public static readonly Tag RefreshT2 = new("rf-t2");
    public static readonly Tag ReshareContext = new("rs-ctx");
    public static readonly Tag ReshareCommitment = new("rs-com");
    public static readonly Tag ReshareT1 = new("rs-t1");
    public static readonly Tag ReshareT2 = new("rs-t2");
    public static readonly Tag RecoveryContext = new("rc-ctx");
    public static readonly Tag RecoveryCommitment = new("rc-com");
    public static readonly Tag RecoveryT1 = new("rc-t1");
    public static readonly Tag RecoveryT2 = new("rc-t2");

    // Pair setup: §5.
    public static readonly Tag SetupSession = new("ot-setup-sid");
    public static readonly Tag BaseOtPoint = new("bot-h");
    public static readonly Tag BaseOtPointSign = new("bot-h/y");
    public static readonly Tag BaseOtKey = new("bot-kdf");
    public static readonly Tag TreeLeft = new("ggm-0");
    public static readonly Tag TreeRight = new("ggm-1");
    public static readonly Tag LeafCheck = new("pprf-check", HashFunction.H64);
    public static readonly Tag TreeDigest = new("pprf-digest");
    public static readonly Tag SetupId = new("ot-setup-id");
    public static readonly Tag SetupM1 = new("ot-m1");
    public static readonly Tag SetupM2 = new("ot-m2");
    public static readonly Tag ZeroSeed = new("zero-seed");

    // Correlated OT and vector OLE: §6, §7.
    public static readonly Tag CotSession = new("cote-sid");
    public static readonly Tag CotPrgKey = new("cote-prg");
    public static readonly Tag CotRows = new("cote-u");
    public static readonly Tag CotChallenge = new("cote-chi");
    public static readonly Tag CrhKey = new("crh-key");
    public static readonly Tag VoleSession = new("rvole-sid");
    public static readonly Tag VoleCorrections = new("rvole-at");
    public static readonly Tag VoleTheta = new("rvole-theta", HashFunction.Hs);
    public static readonly Tag VoleCheck = new("rvole-mu");
    public static readonly Tag Gadget = new("gadget", HashFunction.Hs);

    // Presigning and online signing: §8.6, §12, §13.
    public static readonly Tag ZeroShare = new("zero", HashFunction.Hs);
    public static readonly Tag PresignContext = new("ps-ctx");
    public static readonly Tag PresignCommitment = new("ps-com");
    public static readonly Tag PresignT1 = new("ps-t1");
    public static readonly Tag PresignT2 = new("ps-t2");
    public static readonly Tag EcdsaRerandomizer = new("ecdsa-rerand", HashFunction.Hs);
    public static readonly Tag OnlineEcho = new("ps-online");

    // FROST: §19.3.
    public static readonly Tag FrostShare = new("frost-share");

    // The service's own statements, not of the protocol specification.
    public static readonly Tag ClientRequest = new("client-request");
    public static readonly Tag BookingScope = new("booking-scope");
    public static readonly Tag Booking = new("booking");
    public static readonly Tag Announce = new("announce");

    /// <summary>A node's word that it holds no share of destroyed keys any more.</summary>
    public static readonly Tag Destroyed = new("destroyed");

    /// <summary>When within its time a schedule reaches a key: no signature covers it, every node computes it.</summary>
    public static readonly Tag Schedule = new("schedule");
    public static readonly Tag LogEntry = new("log-entry");
    public static readonly Tag LogHead = new("log-head");

    /// <summary>Administrators' signatures of rosters and policies; the documents' own project restates the hash.</summary>
    public static readonly Tag Document = new("document");
}
