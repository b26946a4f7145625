using System.Collections.Concurrent;
using MpcSigner.Chains.Solana;
using MpcSigner.Client;

namespace MpcSigner.Cluster.Tests.Fixture;

/// <summary>Keys that tests share: making one takes a whole protocol run.</summary>
internal static class Keys
{
    private static readonly ConcurrentDictionary<(TestCluster, KeyUse), Lazy<Task<SigningKey>>> Made = [];

    /// <summary>2 of 3, raw bytes allowed.</summary>
    public static Task<SigningKey> RawAsync(TestCluster cluster) => OneAsync(cluster, KeyUse.TransactionsAndRaw);

    /// <summary>2 of 3, transactions only.</summary>
    public static Task<SigningKey> SolanaAsync(TestCluster cluster) => OneAsync(cluster, KeyUse.Transactions);

    /// <summary>The message of a transfer from a key to an account of nobody's.</summary>
    public static byte[] Transfer(SigningKey from, ulong lamports) => SolanaTransferMessage.Build(
        new(from.PublicKey.Span), new(System.Security.Cryptography.SHA256.HashData("nobody"u8)), lamports, new(System.Security.Cryptography.SHA256.HashData("block"u8)));

    private static Task<SigningKey> OneAsync(TestCluster cluster, KeyUse use) =>
        Made.GetOrAdd((cluster, use), static made => new(() => CreateAsync(made.Item1, made.Item2))).Value;

    private static async Task<SigningKey> CreateAsync(TestCluster cluster, KeyUse use)
    {
        await using var client = cluster.NewClient();
        return (await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Use = use }))[0];
    }
}
