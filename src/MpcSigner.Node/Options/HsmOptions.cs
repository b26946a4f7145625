using MpcSigner.Documents.Yaml;

namespace MpcSigner.Node.Options;

/// <summary>The sections <c>hsm</c> and <c>former_hsm</c> of the options file: a token by PKCS#11.</summary>
internal sealed record HsmOptions
{
    /// <value>The vendor's library, an absolute path.</value>
    public required string Module { get; init; }

    /// <value>The token's label, 1..32 characters.</value>
    public required string Token { get; init; }

    /// <value>Its serial number, where several tokens have the label; null if the label is enough.</value>
    public string? Serial { get; init; }

    public required PassphraseSource Pin { get; init; }

    /// <value>Sessions, and so calls at the same time, 1..64; 8 unless set.</value>
    public int Sessions { get; init; } = DefaultSessions;

    /// <value>For one call to the token, with the wait for a session, 100 ms..60 s; 5 s unless set.</value>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <value>Whether identity keys are made in the token; false unless set.</value>
    public bool Identity { get; init; }

    public const int DefaultSessions = 8;
    public const int MaxSessions = 64;
    public const int MaxLabelLength = 32;
    private const int MaxSerialLength = 16;

    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan MinTimeout = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan MaxTimeout = TimeSpan.FromSeconds(60);

    private static readonly TextRule Label = TextRule.Sentence(MaxLabelLength);
    private static readonly TextRule SerialNumber = TextRule.Sentence(MaxSerialLength);

    /// <summary>Null where something is missing or wrong, with its errors in the document.</summary>
    public static HsmOptions? Read(YamlMap map, string folder)
    {
        var module = NodeOptionsDocument.PathOf(map, "module", folder);
        var token = map.Text("token", Label);
        var serial = map.Text("serial", SerialNumber, optional: true);
        var pin = NodeOptionsDocument.ReadSource(map, "pin", folder, optional: false);
        var sessions = map.Integer("sessions", 1, MaxSessions, optional: true);
        var timeout = map.Duration("timeout", MinTimeout, MaxTimeout, optional: true);
        var identity = map.Flag("identity", optional: true);
        return module is null || token is null || pin is null ? null : new()
        {
            Module = module,
            Token = token,
            Serial = serial,
            Pin = pin,
            Sessions = (int)(sessions ?? DefaultSessions),
            Timeout = timeout ?? DefaultTimeout,
            Identity = identity ?? false,
        };
    }
}
