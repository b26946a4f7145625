using MpcSigner.Coordination.Boundary;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>Locked memory is counted for the whole process: nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(SecretsTests), DisableParallelization = true)]
public sealed class SecretsCollection;

[Collection(nameof(SecretsTests))]
public sealed class SecretsTests
{
    /// <summary>What earlier tests left to the collector is given back before anything is counted.</summary>
    public SecretsTests()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [Fact]
    public void Every_secret_of_a_signature_is_given_back_however_it_ends()
    {
        var life = PoolSettings.MinLife;
        var mini = new MiniCluster(3, settings: new() { Pools = new() { NonceLevel = 0, Life = life } });
        var key = Assert.Single(mini.CreateKeys(2, 3));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        var before = SecureSlabs.Shared.BytesInUse;
        var script = mini.Script();
        var source = new SeededSource("secrets");
        var (signed, refused) = (0, 0);
        for (var i = 0; i < 40; i++)
        {
            // Some sessions lose their commitments, some calls their answers, some requests are denied.
            script.Bends = (node, effect) => node != mini.Nodes[0] && (i % 4, effect) is
                (0, NodeEffect.SendFrame { Frame: SessionFrame.Envelope }) or (2, NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned }) ? null : effect;
            var lamports = i % 7 == 3 ? MiniCluster.Ceiling + 1 + (ulong)i : 1 + (ulong)i;
            var reply = mini.Await(mini.Submit(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record, lamports)), TimeSpan.FromSeconds(1 + source.Below(3))));
            signed += reply is ClientReply.Signed ? 1 : 0;
            refused += reply is ClientReply.Refused ? 1 : 0;
            mini.Cluster.Time.Run(TimeSpan.FromSeconds(6)); // past every deadline
        }
        Assert.True(signed > 10 && refused > 5, $"{signed} signed, {refused} refused");
        mini.Cluster.Time.Run(life + TimeSpan.FromSeconds(2)); // nonces whose question was lost are kept for their life
        Assert.Equal(before, SecureSlabs.Shared.BytesInUse);
    }

    [Fact]
    public void A_machine_that_stops_in_mid_session_gives_its_secrets_back()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        var before = SecureSlabs.Shared.BytesInUse;
        var held = 0;
        for (var steps = 1; steps < 25; steps++)
        {
            mini.Submit(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record, (ulong)steps)));
            mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(0.5 * steps));
            held += SecureSlabs.Shared.BytesInUse > before ? 1 : 0;
            foreach (var node in mini.Nodes)
                node.Kill();
            Assert.Equal(before, SecureSlabs.Shared.BytesInUse);
            foreach (var node in mini.Nodes)
                node.Start();
            mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        }
        Assert.True(held > 8, $"only {held} of the kills met a session with secrets");
    }
}
