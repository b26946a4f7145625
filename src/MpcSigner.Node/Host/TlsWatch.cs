using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Rosters;
using MpcSigner.Node.Log;
using MpcSigner.Node.Options;
using MpcSigner.Node.Peers;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tls;

namespace MpcSigner.Node.Host;

/// <summary>Takes a new TLS certificate into use when its files change, or at once on SIGHUP; connections that live are left alone.</summary>
/// <remarks>A key that the roster in force does not pin for this node is not shown: it is looked at again until the roster does, or the files change once more.</remarks>
internal sealed class TlsWatch(
    NodeOptions options, TlsInUse tls, Func<RosterNode?> self, PeerChannels channels, EventQueue events, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly NodeDirectory _directory = new(options.Directory);
    private readonly SemaphoreSlim _asked = new(0, 1);
    private readonly Lock _signals = new();
    private (DateTime Key, DateTime Certificate) _seen;
    private string _refused = "";

    public async Task RunAsync(CancellationToken stop)
    {
        _seen = Stamp();
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true; // it does not end the process
            // Signals may be handled beside each other, and several are one question.
            lock (_signals)
            {
                if (_asked.CurrentCount == 0)
                    _asked.Release();
            }
        });
        while (!stop.IsCancellationRequested)
        {
            var asked = await WaitAsync(stop).ConfigureAwait(false);
            var stamp = Stamp();
            if (!asked && stamp == _seen && _refused.Length == 0)
                continue;
            _seen = stamp;
            TryTake();
        }
    }

    private async Task<bool> WaitAsync(CancellationToken stop)
    {
        try
        {
            using var tick = new CancellationTokenSource(Interval, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, tick.Token);
            await _asked.WaitAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void TryTake()
    {
        if (self() is not { } entry)
            return; // this node has left the cluster: nobody opens to it
        NodeTls next;
        try
        {
            next = NodeTls.Load(options, entry, time.GetUtcNow());
        }
        catch (StartRefusedException e)
        {
            if (_refused != e.Message) // once, and not every two seconds
                RosterLog.TlsNotTaken(logger, e.Message);
            _refused = e.Message;
            return;
        }
        _refused = "";
        var former = tls.Current;
        if (next.Certificate.RawDataMemory.Span.SequenceEqual(former.Certificate.RawDataMemory.Span))
        {
            next.Dispose();
            return;
        }
        tls.Replace(next);
        channels.Present(next);
        if (next.Pin != former.Pin)
            events.PostAnswer(new NodeEvent.TlsKeyReplaced(next.Pin));
        RosterLog.TlsTaken(logger, next.Pin, next.Certificate.NotAfter.ToUniversalTime());
    }

    private (DateTime, DateTime) Stamp() => (File.GetLastWriteTimeUtc(_directory.TlsKey), File.GetLastWriteTimeUtc(_directory.TlsCertificate));
}
