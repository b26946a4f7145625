using MpcSigner.Core.Faults;

namespace MpcSigner.Coordination.Boundary;

/// <summary>Shares in the form in which the host's store keeps them, on their way to one commit. The host gives them and takes them back; the machine only carries them.</summary>
/// <remarks>While one lives, the host keeps the generation of the sealing key that it is under: disposed once the commit is durable or refused, or when there will be none.</remarks>
public abstract class SealedShares : IDisposable
{
    public abstract void Dispose();
}

/// <summary>Why the host neither opens nor seals a share now.</summary>
/// <param name="Reason"><see cref="Reason.SealUnavailable"/>: this share is not there, does not open, or finds no locked memory. <see cref="Reason.Sealed"/>: an operator has to act.
/// <see cref="Reason.TokenLost"/>: the token may come back by itself.</param>
/// <param name="Why">A clause for people, without its full stop.</param>
public sealed record SealTrouble(Reason Reason, string Why);
