using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Frost;

namespace MpcSigner.Coordination.Signing;

/// <summary>This node's share of one signature, as coordinator and as co-signer alike: the opened key share and one pair of nonces, used once and wiped.</summary>
internal sealed class OwnPart(MachineContext context, SigningCase signing, NodeId coordinator) : IDisposable
{
    /// <summary>Of the attempt's beginning: its answers are verified by the roster of that moment.</summary>
    private readonly IIdentitySigner _signer = context.Identity;
    private SecretScalar? _share;
    private FrostNonces? _nonces;
    private bool _disposed;

    public bool IsReady => _nonces is not null;

    /// <summary>Opens the key share and draws nonces over it; then <paramref name="ready"/> with D ‖ E, unless the part was disposed meanwhile.</summary>
    public void Prepare(Action<FrostCommitment> ready, Action<SealTrouble> unavailable) => context.LoadShare(
        signing.Record.KeyId, signing.Record.Generation,
        share =>
        {
            if (_disposed)
            {
                share.Dispose();
                return;
            }
            _share = share;
            _nonces = FrostNonces.Generate(signing.Record, signing.Self.Pid, share, coordinator, context.Setup.Random);
            ready(_nonces.Commitment);
        },
        trouble =>
        {
            if (!_disposed)
                unavailable(trouble);
        });

    /// <summary>Whether a request may be answered with these nonces: spec §19.3 step 1. Nothing is spent.</summary>
    public FrostRefusal? Check(FrostRequest request) =>
        _nonces is null ? FrostRefusal.NoncesSpent : FrostSigner.Check(request, signing.Self.Pid, _nonces, coordinator);

    /// <summary>Removes the nonces first, then computes: whatever happens, they are never used again (spec §19.3 step 2).</summary>
    public FrostAnswer Sign(FrostRequest request)
    {
        var (nonces, share) = (_nonces, _share);
        (_nonces, _share) = (null, null);
        if (nonces is null || share is null)
            return new FrostAnswer.Refused(FrostRefusal.NoncesSpent);
        using (nonces)
        using (share)
            return FrostSigner.Sign(signing.Record, request, signing.Self.Pid, share, nonces, coordinator, _signer);
    }

    public void Dispose()
    {
        _disposed = true;
        _nonces?.Dispose();
        _share?.Dispose();
        (_nonces, _share) = (null, null);
    }
}
