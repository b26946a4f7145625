using MpcSigner.Client;

namespace MpcSigner.Cli.Output;

/// <summary>Keys as people and scripts see them.</summary>
internal static class KeyText
{
    public static object Describe(SigningKey key) => new
    {
        key.Id,
        Standing = key.Standing.ToString().ToLowerInvariant(),
        Suite = SuiteWord(key.Suite),
        PublicKey = key.PublicKey.IsEmpty ? null : Convert.ToHexStringLower(key.PublicKey.Span),
        key.SolanaAddress,
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
        text.WriteLine($"key             {key.Id}");
        text.WriteLine(key.Standing == KeyStanding.Active
            ? $"public key      {Convert.ToHexStringLower(key.PublicKey.Span)}"
            : "public key      (pending: not to be used before all nodes have certified the key)");
        if (key.SolanaAddress is not null)
            text.WriteLine($"Solana address  {key.SolanaAddress}");
        if (key.Label.Length > 0)
            text.WriteLine($"label           {key.Label}");
        text.WriteLine($"suite           {SuiteWord(key.Suite)}, {(key.Use == KeyUse.Transactions ? "transactions only" : "transactions and raw bytes")}");
        text.WriteLine($"threshold       {key.Threshold} of {key.Holders.Count}: {string.Join(", ", key.Holders.Select(h => $"{h.NodeName} ({h.Number})"))}");
        text.WriteLine($"standing        {(key.Standing == KeyStanding.Active ? "active, certificate verified" : "pending")}");
    }

    public static void PrintTable(TextWriter text, IEnumerable<SigningKey> keys) => Report.WriteTable(text, ["key", "label", "standing", "t of n", "Solana address"], keys.Select(k => (IReadOnlyList<string>)
    [
        k.Id, k.Label, k.Standing.ToString().ToLowerInvariant(), $"{k.Threshold} of {k.Holders.Count}", k.SolanaAddress ?? "",
    ]));

    private static string SuiteWord(KeySuite suite) => suite switch
    {
        KeySuite.EcdsaSecp256k1 => "ecdsa-secp256k1",
        KeySuite.EcdsaP256 => "ecdsa-p256",
        KeySuite.Ed25519 => "frost-ed25519",
        KeySuite.SchnorrSecp256k1 => "frost-secp256k1",
        KeySuite.Taproot => "frost-secp256k1-tr",
    };
}
