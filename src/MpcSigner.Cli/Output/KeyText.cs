using MpcSigner.Client;

namespace MpcSigner.Cli.Output;

/// <summary>Keys as people and scripts see them.</summary>
internal static class KeyText
{
    public static object Describe(SigningKey key) => new
    {
        key.Id,
        Standing = key.Standing.ToString().ToLowerInvariant(),
        Suite = SuiteWords.Of(key.Suite),
        PublicKey = key.PublicKey.IsEmpty ? null : Convert.ToHexStringLower(key.PublicKey.Span),
        OutputKey = OutputKey(key),
        key.SolanaAddress,
        EthereumAddress = key.AddressOn(AddressForm.Ethereum),
        BitcoinAddress = key.AddressOn(AddressForm.BitcoinTaproot) ?? key.AddressOn(AddressForm.BitcoinKeyHash),
        Label = key.Label.Length == 0 ? null : key.Label,
        key.Threshold,
        Nodes = key.Holders.Select(h => new { h.Number, Name = h.NodeName, Id = h.NodeId }),
        key.Generation,
        Use = key.Use == KeyUse.Transactions ? "transactions" : "transactions-and-raw",
        key.Owner,
        Order = key.Order.Length == 0 ? null : key.Order,
        key.CreatedAt,
        Record = Convert.ToHexStringLower(key.Record.Span),
        Certificate = key.Certificate.IsEmpty ? null : Convert.ToHexStringLower(key.Certificate.Span),
    };

    public static void Print(TextWriter text, SigningKey key)
    {
        text.WriteLine($"key               {key.Id}");
        text.WriteLine(key.Standing == KeyStanding.Active
            ? $"public key        {Convert.ToHexStringLower(key.PublicKey.Span)}"
            : "public key        (pending: not to be used before all nodes have certified the key)");
        if (OutputKey(key) is { } output)
            text.WriteLine($"output key        {output} (x-only: key path, no scripts)");
        foreach (var (name, form) in Forms)
        {
            if (key.AddressOn(form) is { } address)
                text.WriteLine($"{name,-18}{address}");
        }
        if (key.Label.Length > 0)
            text.WriteLine($"label             {key.Label}");
        text.WriteLine($"suite             {SuiteWords.Of(key.Suite)}, {(key.Use == KeyUse.Transactions ? "transactions only" : "transactions and raw bytes")}");
        text.WriteLine($"threshold         {key.Threshold} of {key.Holders.Count}: {string.Join(", ", key.Holders.Select(h => $"{h.NodeName} ({h.Number})"))}");
        text.WriteLine($"standing          {(key.Standing == KeyStanding.Active ? "active, certificate verified" : "pending")}");
    }

    public static void PrintTable(TextWriter text, IEnumerable<SigningKey> keys) => Report.WriteTable(text, ["key", "label", "standing", "t of n", "suite", "address"], keys.Select(k => (IReadOnlyList<string>)
    [
        k.Id, k.Label, k.Standing.ToString().ToLowerInvariant(), $"{k.Threshold} of {k.Holders.Count}", SuiteWords.Of(k.Suite),
        Forms.Select(f => k.AddressOn(f.Form)).FirstOrDefault(a => a is not null) ?? "",
    ]));

    /// <summary>What a table shows of a key is the first form that it has.</summary>
    private static readonly (string Name, AddressForm Form)[] Forms =
    [
        ("Solana address", AddressForm.Solana),
        ("Ethereum address", AddressForm.Ethereum),
        ("Bitcoin (p2tr)", AddressForm.BitcoinTaproot),
        ("Bitcoin (p2wpkh)", AddressForm.BitcoinKeyHash),
    ];

    private static string? OutputKey(SigningKey key) =>
        key is { Suite: KeySuite.Taproot, Standing: KeyStanding.Active } ? Convert.ToHexStringLower(key.Derive("m").OutputKey.Span) : null;
}
