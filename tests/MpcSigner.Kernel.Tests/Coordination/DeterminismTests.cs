using MpcSigner.Coordination.Boundary;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

public sealed class DeterminismTests
{
    private static (string Trace, string Signature) Run(string seed)
    {
        var mini = new MiniCluster(3, seed);
        var script = mini.Script();
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var signed = Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[1], mini.Sign(mini.Transfer(key.Record))));
        return (string.Join('\n', script.Effects.Select(e => $"{e.Node.Roster.Name} {e.Effect.GetType().Name}")), Convert.ToHexString(signed.Signature.Span));
    }

    [Fact]
    public void One_seed_is_one_history()
    {
        var first = Run("a");
        Assert.Equal(first, Run("a"));
        Assert.NotEqual(first.Signature, Run("b").Signature);
        Assert.True(first.Trace.Length > 1_000);
    }
}
