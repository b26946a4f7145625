using Microsoft.Extensions.Logging;
using MpcSigner.Core.Faults;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Identity;
using MpcSigner.Node.Log;
using MpcSigner.Storage;
using MpcSigner.Storage.Sqlite;

namespace MpcSigner.Node.Start;

/// <summary>Opens the node's store, or makes it at the first start.</summary>
internal static class StoreStart
{
    /// <exception cref="StartRefusedException">Each refusal of the store with its own exit code.</exception>
    public static SqliteNodeStore Open(NodeDirectory directory, StoreIdentity identity, IdentityFile file, IRandomSource random, TimeProvider time, ILogger logger)
    {
        try
        {
            if (File.Exists(directory.StorePending))
                Create(directory, identity, file, random, time, logger);
            else if (!File.Exists(directory.Store))
            {
                throw new StartRefusedException(ExitCode.StoreMissing, $"The database {directory.Store} is missing, though this node has had one.",
                    "Restore it from a backup; without it the node knows none of its shares.");
            }
            var store = SqliteNodeStore.Open(directory.Store, identity, time);
            CheckSeal(store, directory, file);
            return store;
        }
        catch (StoreOpenException e)
        {
            throw new StartRefusedException(Code(e.Refusal), $"The database is refused ({e.Refusal}): {e.Message}", "", e);
        }
        catch (ServiceException e)
        {
            throw new StartRefusedException(ExitCode.NativeLibrary, e.Error.Message, e.Error.NextStep, e);
        }
    }

    private static void Create(NodeDirectory directory, StoreIdentity identity, IdentityFile file, IRandomSource random, TimeProvider time, ILogger logger)
    {
        // A former first start may have ended between the two steps: then the store is there and empty.
        if (!File.Exists(directory.Store))
        {
            var id = new byte[StoreMeta.StoreIdSize];
            random.Fill(id);
            SqliteNodeStore.Create(directory.Store, new(identity, id, file.PassphraseHeader, file.WrappedSealingKey), time);
            StartLog.StoreCreated(logger, identity.Node, identity.Cluster);
        }
        File.Delete(directory.StorePending);
    }

    private static void CheckSeal(SqliteNodeStore store, NodeDirectory directory, IdentityFile file)
    {
        if (store.Meta.SealVerifier.Span.SequenceEqual(file.WrappedSealingKey.Span))
            return;
        store.DisposeAsync().AsTask().GetAwaiter().GetResult();
        throw new StartRefusedException(ExitCode.StoreOtherNode, $"The shares in {directory.Store} are sealed under another key than {directory.Identity} holds.",
            "Put the two files of the same node and the same backup together.");
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
