using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Unsealing;

namespace MpcSigner.Node.Tests.RunningNode.Unsealing;

/// <summary>A node's quorum of 3 of 5 and its unseal, under a clock of the test.</summary>
internal sealed class QuorumScene : IDisposable, ILogger
{
    public static readonly NodeId Nid = new([7, .. new byte[31]]), OtherNid = new([8, .. new byte[31]]);

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    public QuorumScene(TimeProvider? time = null) =>
        Unsealing = new(Dealing.Header, Nid, Window, Standings.Enqueue, time ?? Time, this);

    public ManualTime Time { get; } = new();

    public QuorumDealing Dealing { get; } = QuorumDealing.Deal(3, 5, SystemRandomSource.Instance);

    public QuorumUnsealing Unsealing { get; }

    public ConcurrentQueue<SealStanding> Standings { get; } = new();

    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>The line that an operator holds.</summary>
    public string Share(int number, NodeId? nid = null) => Text(Dealing, number, nid ?? Nid);

    public static string Text(QuorumDealing dealing, int number, NodeId nid)
    {
        using var share = dealing.ShareOf(number, nid);
        using var text = share.ToText();
        using var stream = new MemoryStream();
        SecretOutput.Write(text, stream);
        return Encoding.ASCII.GetString(stream.ToArray());
    }

    public UnsealAnswer Give(string line)
    {
        using var memory = SecureMemory.TakeFrom(Encoding.UTF8.GetBytes(line));
        return Unsealing.Give(memory);
    }

    public static byte[] BytesOf(SecureMemory secret)
    {
        using var stream = new MemoryStream();
        SecretOutput.Write(secret, stream);
        return stream.ToArray();
    }

    public void Dispose()
    {
        Unsealing.Dispose();
        Dealing.Dispose();
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Log.Enqueue(formatter(state, exception));
}
