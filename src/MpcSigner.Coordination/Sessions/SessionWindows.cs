using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Sessions;

/// <summary>Which session ids each initiator has used: under its highest start counter, a sliding window of sequence numbers (spec §4.5). Constant memory, for ever.</summary>
internal sealed class SessionWindows(IReadOnlyDictionary<NodeId, SessionWindow> stored)
{
    private const int Bytes = SessionWindow.Length / 8;

    private readonly Dictionary<NodeId, SessionWindow> _windows = new(stored);

    /// <summary>Uses a session id up; false when it was used, or lies below what is remembered.</summary>
    /// <remarks>The sequence number counts, whatever the id's random bytes.</remarks>
    public bool TryUse(NodeId initiator, SessionId session)
    {
        var (start, sequence) = (session.StartCounter(), session.Sequence());
        if (!_windows.TryGetValue(initiator, out var window) || start > window.StartCounter)
        {
            var fresh = new byte[Bytes];
            fresh[0] = 1;
            _windows[initiator] = new(start, sequence, fresh);
            return true;
        }
        if (start < window.StartCounter)
            return false;
        if (sequence > window.Highest)
        {
            var moved = Shift(window.Used.Span, sequence - window.Highest);
            moved[0] |= 1;
            _windows[initiator] = new(start, sequence, moved);
            return true;
        }
        var age = window.Highest - sequence;
        if (age >= SessionWindow.Length || IsSet(window.Used.Span, (int)age))
            return false;
        var marked = window.Used.ToArray();
        marked[(int)age / 8] |= (byte)(1 << ((int)age % 8));
        _windows[initiator] = window with { Used = marked };
        return true;
    }

    /// <summary>The window as it is to be made durable.</summary>
    public StoreWrite Write(NodeId initiator) => new StoreWrite.PutSessionWindow(initiator, _windows[initiator]);

    private static bool IsSet(ReadOnlySpan<byte> used, int age) => (used[age / 8] >> (age % 8) & 1) != 0;

    /// <summary>Every remembered number grows older by <paramref name="by"/>; those beyond the window are forgotten, and refused for being below it.</summary>
    private static byte[] Shift(ReadOnlySpan<byte> used, ulong by)
    {
        var moved = new byte[Bytes];
        if (by >= SessionWindow.Length)
            return moved;
        for (var age = SessionWindow.Length - 1 - (int)by; age >= 0; age--)
        {
            if (IsSet(used, age))
            {
                var older = age + (int)by;
                moved[older / 8] |= (byte)(1 << (older % 8));
            }
        }
        return moved;
    }
}
