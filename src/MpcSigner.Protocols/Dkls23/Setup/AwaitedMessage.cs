using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>A state of a pair setup: it waits for one message of the peer, is consumed once, and wipes what it held unless the next state takes it over.</summary>
/// <param name="number">The message's number, which is its round: 0..4.</param>
/// <param name="length">Its length; any other blames the sender before a byte is read.</param>
internal abstract class AwaitedMessage<TNext>(byte number, int length) : IDisposable where TNext : class
{
    private int _spent;

    private RoundId Round => RoundId.Numbered(ProtocolKind.PairSetup, number);

    internal Transition<TNext> Complete(RawMessage message)
    {
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        var handedOn = false;
        using (message)
        {
            try
            {
                var transition = message.Content.Length == length ? Take(message.Content) : Blame(FaultKind.MalformedMessage, message.Content);
                handedOn = transition is Transition<TNext>.Advance;
                return transition;
            }
            finally
            {
                if (!handedOn)
                    Wipe();
            }
        }
    }

    /// <param name="message">Of the exact length.</param>
    protected abstract Transition<TNext> Take(ReadOnlySpan<byte> message);

    /// <summary>Wipes all secrets of this state.</summary>
    protected abstract void Wipe();

    protected Transition<TNext> Blame(FaultKind kind, ReadOnlySpan<byte> message) =>
        new Transition<TNext>.Abort(SetupMessages.Blaming(Round, kind, message));

    protected Transition<TNext> WithoutVerdict(FaultKind kind) => new Transition<TNext>.Abort(ProtocolFault.WithoutVerdict(Round, kind, []));

    /// <summary>The next state, with our message of that number.</summary>
    protected static Transition<TNext> Advance(TNext next, byte number, PayloadBuffer payload) =>
        new Transition<TNext>.Advance(next, SetupMessages.Sending(number, payload));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _spent, 1) == 0)
            Wipe();
    }
}
