using MpcSigner.Coordination.Boundary;

namespace MpcSigner.Coordination.Sessions;

/// <summary>What one stream may bring in its life, beside the bounds of single frames and of waiting envelopes.</summary>
internal sealed class SessionLimits
{
    /// <summary>Open or join, joins, and per recipient three rounds, readiness, ACK, certificate, DONE, abort: below this for 32 members.</summary>
    public const int MaxFrames = 512;

    /// <summary>Round 2 of a DKG of 1,000 keys with t = 16 is about 640 KB to each of 15 parties; a dealer of a reshare of 446 keys of 16 nodes to 16 others sends 24 MB to all 31. All else is small but START.</summary>
    public const long MaxBytes = 32L << 20;

    private int _frames;
    private long _bytes;

    /// <summary>Counts a frame; false when the stream has brought more than any protocol sends.</summary>
    public bool Admit(SessionFrame frame)
    {
        _frames++;
        _bytes += frame switch
        {
            SessionFrame.Envelope envelope => envelope.Bytes.Length,
            SessionFrame.Open open => open.InitiatorJoin.Length,
            SessionFrame.Join join => join.Bytes.Length,
            SessionFrame.Joins joins => joins.All.Sum(join => (long)join.Length),
            SessionFrame.Refuse => 0,
            _ => throw new InvalidOperationException("a frame of no known kind"),
        };
        return _frames <= MaxFrames && _bytes <= MaxBytes
            && frame is not SessionFrame.Envelope { Bytes.Length: > SessionFrame.Envelope.MaxBytes };
    }
}
