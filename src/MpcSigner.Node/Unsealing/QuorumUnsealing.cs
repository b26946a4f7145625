using System.Globalization;
using Microsoft.Extensions.Logging;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Log;

namespace MpcSigner.Node.Unsealing;

/// <summary>A quorum at work: shares are judged as they come, wiped if the unseal is not finished in time, and joined at the k-th. Safe for concurrent use.</summary>
/// <remarks>A refused share changes nothing: it neither counts nor takes a try from anybody, since shares are far too long to be guessed.</remarks>
/// <param name="window">From the first share that counts to the last: then all are wiped.</param>
/// <param name="standing">Told whenever the number of shares changes; must not come back here.</param>
internal sealed class QuorumUnsealing(QuorumHeader header, NodeId nid, TimeSpan window, Action<SealStanding> standing, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<SecureMemory> _secret = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private QuorumGathering _gathering = new(header, nid);
    private ITimer? _expiry;
    private bool _over;

    public QuorumHeader Header => header;

    /// <summary>Completes with the quorum's secret, which is then the waiter's; never otherwise.</summary>
    public Task<SecureMemory> Secret => _secret.Task;

    public UnsealAnswer Standing()
    {
        lock (_gate)
        {
            return _over
                ? Answer(UnsealVerdict.Over, 0, "The quorum is complete: the node opens its secrets.")
                : Answer(UnsealVerdict.Standing, 0, $"{_gathering.Count} of {header.Threshold} shares are given{(_gathering.Count > 0 ? $", of operators {Numbers()}" : "")}.");
        }
    }

    /// <param name="line">An operator's share as text; stays the caller's.</param>
    public UnsealAnswer Give(SecureMemory line)
    {
        if (!QuorumShare.TryRead(line, out var share))
            return Refuse(UnsealVerdict.Unreadable, 0, "This is no share, or it was mistyped: a share is one line that begins with MPCS1. Nothing was counted; give it again.");
        var taken = false;
        try
        {
            lock (_gate)
            {
                if (_over)
                    return Answer(UnsealVerdict.Over, share.Number, "The quorum is complete already: the node opens its secrets. This share was not needed.");
                var verdict = _gathering.Give(share);
                taken = verdict == QuorumVerdict.Taken;
                return Judged(verdict, share);
            }
        }
        finally
        {
            if (!taken)
                share.Dispose();
        }
    }

    /// <summary>Wipes what was given. A waiter waits on for ever.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _over = true;
            End();
        }
    }

    private UnsealAnswer Judged(QuorumVerdict verdict, QuorumShare share) => verdict switch
    {
        QuorumVerdict.Taken => Count(share.Number),
        QuorumVerdict.OtherNode => Refuse(UnsealVerdict.OtherNode, share.Number,
            $"This share opens another node: that whose id begins with {share.Node}, and this is {NodeTag.Of(nid)}. Give it there, and here the one for this node."),
        QuorumVerdict.OtherQuorum => Refuse(UnsealVerdict.OtherQuorum, share.Number,
            $"This share is of quorum {share.Quorum}, and the node is sealed by quorum {header.Id}: shares were dealt anew since. Give the latest."),
        QuorumVerdict.Wrong => Refuse(UnsealVerdict.Wrong, share.Number,
            $"The share of operator {share.Number} is wrong: it is not what was dealt to that number, though its checksum fits. Nothing was counted. Find out who made it."),
        QuorumVerdict.Duplicate => Refuse(UnsealVerdict.Duplicate, share.Number,
            $"Operator {share.Number} has given this share already; it counts once. {header.Threshold - _gathering.Count} more are needed, of other operators."),
        QuorumVerdict.NotJudged => throw new InvalidOperationException("a share was not judged"),
    };

    private UnsealAnswer Count(int number)
    {
        UnsealLog.ShareTaken(logger, number, _gathering.Count, header.Threshold);
        _expiry ??= time.CreateTimer(static state => ((QuorumUnsealing)state!).Expire(), this, window, Timeout.InfiniteTimeSpan);
        var answer = _gathering.IsComplete
            ? Answer(UnsealVerdict.Complete, number, $"{_gathering.Count} of {header.Threshold}: the quorum is complete, the node opens its secrets.")
            : Answer(UnsealVerdict.Taken, number,
                $"{_gathering.Count} of {header.Threshold} given. {header.Threshold - _gathering.Count} more within {Text(window)} of the first one, else all are to be given again.");
        standing(SealStanding.Waiting(_gathering.Count, header.Threshold));
        if (_gathering.TryCombine(out var secret))
        {
            _over = true;
            UnsealLog.Unsealed(logger, Numbers());
            End();
            _secret.SetResult(secret);
        }
        return answer;
    }

    private void Expire()
    {
        lock (_gate)
        {
            if (_over || _expiry is null)
                return;
            UnsealLog.Expired(logger, window, Numbers());
            End();
            _gathering = new(header, nid);
            standing(SealStanding.Waiting(0, header.Threshold));
        }
    }

    private void End()
    {
        _expiry?.Dispose();
        _expiry = null;
        _gathering.Dispose();
    }

    private UnsealAnswer Refuse(UnsealVerdict verdict, int number, string message)
    {
        UnsealLog.ShareRefused(logger, number, verdict);
        lock (_gate)
            return Answer(verdict, number, message);
    }

    private UnsealAnswer Answer(UnsealVerdict verdict, int number, string message) =>
        new(verdict, number, _over ? header.Threshold : _gathering.Count, header.Threshold, message);

    private string Numbers() => string.Join(", ", _gathering.Numbers);

    private static string Text(TimeSpan span) => span.TotalMinutes >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.#} min")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s");
}
