using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Tests.Storage;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault;
using MpcSigner.Node.Vault.Tokens;
using MpcSigner.Storage.Sqlite;
using Xunit;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Vault;

/// <summary>A node's folder with sealed shares, opened anew as often as a process would.</summary>
internal sealed class SealScene : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<SecretScalar> _shares = [];

    internal NodeVault Vault { get; private set; } = null!;

    internal SqliteNodeStore Store { get; private set; } = null!;

    internal string IdentityPath => _folder["identity.sealed"];

    internal string StorePath => _folder["node.db"];

    internal string Folder => _folder.Path;

    internal IdentityFiles Files => new(new(Folder));

    internal int Shares => _shares.Count;

    internal static OperatorSecret Secret() => OperatorSecret.KeyFile(Secrets.Memory(Secrets.KeyFileBytes(7)));

    /// <summary>Those that the options would name.</summary>
    internal List<IVaultToken> Tokens { get; } = [];

    /// <param name="seal">Keeps the sealing key; null: the key file.</param>
    /// <param name="identity">Holds the identity; null: sealed.</param>
    internal static async Task<SealScene> CreateAsync(int shares, IVaultToken? seal = null, IVaultToken? identity = null)
    {
        var scene = new SealScene();
        scene.Tokens.AddRange(((IVaultToken?[])[seal, identity]).OfType<IVaultToken>().Distinct());
        using var secret = Secret();
        using (var made = VaultCreation.Create(seal is null ? secret : null, seal, identity, Secrets.Random, out var file))
        {
            File.WriteAllBytes(scene.IdentityPath, file);
            SqliteNodeStore.Create(scene.StorePath, made.NewStore(StoreSamples.Identity.Cluster, Secrets.Random), TimeProvider.System);
        }
        scene.Open();
        await scene.Store.CommitAsync([new StoreWrite.BeginOrder(Order(1))], CancellationToken.None);
        for (var i = 0; i < shares; i++)
            scene._shares.Add(Secrets.Share());
        using var vault = Secrets.Shares(scene.Vault, scene.Store, 0);
        using var batch = await vault.SealAsync([.. scene._shares.Select((share, i) => new ShareToSeal(Key(1, i), 0, share.Copy()))]);
        await scene.Store.CommitAsync([.. batch.Writes, Acknowledge(1, shares)[^1]], CancellationToken.None);
        return scene;
    }

    internal NodeVault Opened(byte[] file)
    {
        using var secret = Secret();
        using var means = new SealMeans([secret], [.. Tokens]);
        return NodeVault.Open(file, means);
    }

    private void Open()
    {
        Vault = Opened(File.ReadAllBytes(IdentityPath));
        Files.OpenNext(Vault);
        Store = SqliteNodeStore.Open(StorePath, new(StoreSamples.Identity.Cluster, Vault.Nid), TimeProvider.System);
        Vault.Check(Store.Meta);
    }

    /// <summary>Another process: nothing but what the disk holds.</summary>
    internal async Task Restart()
    {
        await Store.DisposeAsync();
        Vault.Dispose();
        Open();
    }

    internal async Task Close()
    {
        await Store.DisposeAsync();
        Vault.Dispose();
    }

    internal void OpenAgain() => Open();

    internal const string ChildVerb = "--seal-child";

    /// <summary>The process that is killed: rotates again and again, a line each time.</summary>
    internal static async Task<int> RotateForEver(string folder)
    {
        using var secret = Secret();
        using var vault = NodeVault.Open(File.ReadAllBytes(Path.Combine(folder, "identity.sealed")), secret);
        await using var store = SqliteNodeStore.Open(Path.Combine(folder, "node.db"), new(StoreSamples.Identity.Cluster, vault.Nid), TimeProvider.System);
        vault.Check(store.Meta);
        var files = new IdentityFiles(new(folder));
        while (true)
        {
            await new SealRotation(vault, store, files, Secrets.Random, TimeProvider.System).RunAsync(null, CancellationToken.None);
            Console.WriteLine(vault.SealingGeneration);
        }
    }

    internal SealRotation Rotation(ISealedShares? store = null) => new(Vault, store ?? Store, Files, Secrets.Random, TimeProvider.System);

    internal async Task AssertAllOpen(params int[] without)
    {
        using var vault = Secrets.Shares(Vault, Store, 0);
        foreach (var i in Enumerable.Range(0, _shares.Count).Except(without))
        {
            using var share = await vault.OpenAsync(Key(1, i), 0, CancellationToken.None);
            Assert.True(share.FixedTimeEquals(_shares[i]));
        }
    }

    /// <summary>By the keys' index.</summary>
    internal async Task<byte[][]> SealedNow()
    {
        var seals = new byte[_shares.Count][];
        for (var i = 0; i < seals.Length; i++)
            seals[i] = (await Store.ReadSealedShareAsync(Key(1, i), 0, CancellationToken.None))!;
        return seals;
    }

    internal static int OpenedBy(NodeVault vault, byte[][] seals) => seals.Index().Count(sealedShare =>
    {
        var result = vault.TryOpen(Key(1, sealedShare.Index), 0, sealedShare.Item, out var opened);
        opened?.Dispose();
        return result == OpenResult.Opened;
    });

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Vault.Dispose();
        _shares.ForEach(share => share.Dispose());
        _folder.Dispose();
    }
}
