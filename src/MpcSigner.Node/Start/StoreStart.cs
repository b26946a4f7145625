using Microsoft.Extensions.Logging;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Log;
using MpcSigner.Node.Vault;
using MpcSigner.Storage;
using MpcSigner.Storage.Sqlite;

namespace MpcSigner.Node.Start;

/// <summary>Opens the node's store, or makes it at the first start.</summary>
internal static class StoreStart
{
    /// <summary>Opens or makes it, for a vault that is open.</summary>
    /// <exception cref="StartRefusedException">Each refusal of the store with its own exit code.</exception>
    public static async Task<SqliteNodeStore> OpenAsync(NodeDirectory directory, ClusterId cluster, NodeVault vault, IRandomSource random, TimeProvider time, ILogger logger)
    {
        CreateIfPending(directory, cluster, vault, random, time, logger);
        var store = OpenExisting(directory, new(cluster, vault.Nid), time);
        try
        {
            await AcceptAsync(directory, store, vault, random, logger).ConfigureAwait(false);
            return store;
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes it at the first start.</summary>
    /// <exception cref="StartRefusedException">Each refusal of the store with its own exit code; the inner exception is the vault's where a token does not seal.</exception>
    public static void CreateIfPending(NodeDirectory directory, ClusterId cluster, NodeVault vault, IRandomSource random, TimeProvider time, ILogger logger)
    {
        if (File.Exists(directory.StorePending))
            Refusing(() => VaultStart.Refusing(() => Create(directory, cluster, vault, random, time, logger)));
    }

    /// <summary>Opens one that was made before; the vault need not be open.</summary>
    /// <exception cref="StartRefusedException">Each refusal of the store with its own exit code.</exception>
    public static SqliteNodeStore OpenExisting(NodeDirectory directory, StoreIdentity expected, TimeProvider time) => Refusing(() => File.Exists(directory.Store)
        ? SqliteNodeStore.Open(directory.Store, expected, time)
        : throw new StartRefusedException(ExitCode.StoreMissing, $"The database {directory.Store} is missing, though this node has had one.",
            "Restore it from a backup, or accept that it is lost; then run mpcsigner-node store restored, start the node, and recover its shares."));

    /// <summary>The vault opens the store's shares; a store that was restored counts on above all that peers have seen; peers that the operator readmits are left out no more.</summary>
    /// <exception cref="StartRefusedException">They are not of one node, or of different ages; or a token does not open: the inner exception is the vault's.</exception>
    public static async Task AcceptAsync(NodeDirectory directory, SqliteNodeStore store, NodeVault vault, IRandomSource random, ILogger logger)
    {
        VaultStart.Refusing(() =>
        {
            vault.Check(store.Meta);
            return true;
        });
        await SkipStartsIfRestoredAsync(directory, store, random, logger).ConfigureAwait(false);
        await ReadmitAsync(directory, store, logger).ConfigureAwait(false);
    }

    private static T Refusing<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (StoreOpenException e)
        {
            throw Refuse(e);
        }
        catch (ServiceException e)
        {
            throw new StartRefusedException(ExitCode.NativeLibrary, e.Error.Message, e.Error.NextStep, e);
        }
    }

    /// <summary>Begins an instance: the first look at what the rows hold.</summary>
    /// <exception cref="StartRefusedException">A row that no node writes, or a disk that fails.</exception>
    public static async Task<StoredState> BeginAsync(SqliteNodeStore store, InstanceId instance)
    {
        try
        {
            return await store.BeginInstanceAsync(instance, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreUnavailableException e)
        {
            throw Refuse(new(e.Closed ? StoreRefusal.Damaged : StoreRefusal.Unavailable, $"{e.Message}.", e));
        }
    }

    /// <summary>The newest roster that the node has accepted, from the database of a node that does not run; null if it has accepted none.</summary>
    /// <exception cref="StartRefusedException">StoreInUse while the node runs; each other refusal of the store with its own exit code.</exception>
    public static RosterRow? ReadRoster(NodeDirectory directory, ClusterId cluster, NodeVault vault)
    {
        try
        {
            return SqliteNodeStore.ReadRoster(directory.Store, new(cluster, vault.Nid));
        }
        catch (StoreOpenException e)
        {
            throw Refuse(e);
        }
    }

    /// <summary>For what is said between two processes of a node: none runs meanwhile. Null where there is no database.</summary>
    /// <exception cref="StartRefusedException">StoreInUse while the node runs.</exception>
    public static IDisposable? HoldBetweenProcesses(NodeDirectory directory)
    {
        try
        {
            return File.Exists(directory.Store) ? SqliteNodeStore.Hold(directory.Store) : null;
        }
        catch (StoreOpenException e)
        {
            throw Refuse(e);
        }
    }

    private static StartRefusedException Refuse(StoreOpenException e) => new(Code(e.Refusal), $"The database is refused ({e.Refusal}): {e.Message}", "", e);

    /// <summary>Durable before the word of it goes: a crash between the two only counts on once more.</summary>
    private static async Task SkipStartsIfRestoredAsync(NodeDirectory directory, SqliteNodeStore store, IRandomSource random, ILogger logger)
    {
        if (!File.Exists(directory.StoreRestored))
            return;
        var never = new byte[InstanceId.Size];
        random.Fill(never);
        await store.SkipStartsAsync(new(never), CancellationToken.None).ConfigureAwait(false);
        File.Delete(directory.StoreRestored);
        StartLog.StoreRestored(logger);
    }

    private static async Task ReadmitAsync(NodeDirectory directory, SqliteNodeStore store, ILogger logger)
    {
        foreach (var said in Readmission.Read(directory))
        {
            var stood = await store.ReadmitAsync(said.Peer, said.ForgetFailures, CancellationToken.None).ConfigureAwait(false);
            StartLog.PeerReadmitted(logger, said.Peer, said.ForgetFailures ? ", its failed checks are forgotten" : "", stood ? "" : "; nothing stood against it");
        }
        File.Delete(directory.PeersReadmitted);
    }

    private static bool Create(NodeDirectory directory, ClusterId cluster, NodeVault vault, IRandomSource random, TimeProvider time, ILogger logger)
    {
        // A former first start may have ended between the two steps: then the store is there and empty.
        if (!File.Exists(directory.Store))
        {
            SqliteNodeStore.Create(directory.Store, vault.NewStore(cluster, random), time);
            StartLog.StoreCreated(logger, vault.Nid, cluster);
        }
        File.Delete(directory.StorePending);
        return true;
    }

    private static ExitCode Code(StoreRefusal refusal) => refusal switch
    {
        StoreRefusal.Missing => ExitCode.StoreMissing,
        StoreRefusal.AlreadyExists or StoreRefusal.NotAStore or StoreRefusal.Damaged => ExitCode.StoreDamaged,
        StoreRefusal.OtherCluster => ExitCode.StoreOtherCluster,
        StoreRefusal.OtherNode => ExitCode.StoreOtherNode,
        StoreRefusal.NewerVersion => ExitCode.StoreNewerVersion,
        StoreRefusal.InUse => ExitCode.StoreInUse,
        StoreRefusal.Unavailable => ExitCode.StoreUnavailable,
    };
}
