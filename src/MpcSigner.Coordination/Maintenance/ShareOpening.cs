using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>Opens this node's shares of all keys of an order into one piece of locked memory, a bounded number at a time.</summary>
internal sealed class ShareOpening(MachineContext context, Suite suite, IReadOnlyList<OrderedKey> keys, Action<SecretScalars> opened, Action<SealTrouble> failed) : IDisposable
{
    private SecretScalars? _shares;
    private int _next;
    private int _outstanding;
    private bool _over;

    public void Begin()
    {
        try
        {
            _shares = SecretScalars.Zero(Groups.For(suite.Curve()), keys.Count);
        }
        catch (SecureMemoryException e)
        {
            _over = true;
            failed(new(Reason.SealUnavailable, $"locked memory is short: {e.Message}"));
            return;
        }
        while (!_over && _outstanding < context.Settings.Maintenance.ParallelShares && _next < keys.Count)
            OpenNext();
    }

    private void OpenNext()
    {
        var at = _next++;
        _outstanding++;
        context.LoadShare(keys[at].Key, keys[at].Generation, share => OnOpened(at, share), OnUnavailable);
    }

    private void OnOpened(int at, SecretScalar share)
    {
        using (share)
        {
            _outstanding--;
            if (_over)
                return;
            _shares!.Set(at, share);
        }
        if (_next < keys.Count)
        {
            OpenNext();
            return;
        }
        if (_outstanding > 0)
            return;
        _over = true;
        var all = _shares;
        _shares = null;
        opened(all);
    }

    private void OnUnavailable(SealTrouble trouble)
    {
        _outstanding--;
        if (_over)
            return;
        Dispose();
        failed(trouble);
    }

    public void Dispose()
    {
        _over = true;
        _shares?.Dispose();
        _shares = null;
    }
}
