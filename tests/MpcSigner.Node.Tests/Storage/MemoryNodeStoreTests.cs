using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Host.Disk;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>The contract suite on the simulation's disk: one suite, two stores, so that histories under simulation meet the refusals of the real one.</summary>
public sealed class MemoryNodeStoreTests : NodeStoreEvidenceContract
{
    private readonly MemoryTables<byte[]> _tables = new(StoreSamples.Identity.Node, () => DateTimeOffset.UnixEpoch);
    private readonly HashSet<InstanceId> _instances = [];

    private protected override ValueTask<INodeStore> OpenNewAsync() => ReopenAsync();

    private protected override ValueTask<INodeStore> ReopenAsync() => new(new MemoryNodeStore(_tables, _instances));

    private protected override ValueTask CleanAsync() => ValueTask.CompletedTask;
}
