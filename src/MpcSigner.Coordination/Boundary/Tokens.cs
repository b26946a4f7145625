namespace MpcSigner.Coordination.Boundary;

/// <summary>Ties an effect to the event that answers it. The machine numbers its own, from 1; the host numbers calls that come in.</summary>
public readonly record struct Token(ulong Value);

/// <summary>A call from outside (client or peer) that wants exactly one reply. Numbered by the host.</summary>
public readonly record struct CallId(ulong Value);

/// <summary>A session stream to one peer. Odd numbers are opened by the machine, even ones by the host for streams a peer opened.</summary>
public readonly record struct StreamId(ulong Value);
