using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Resharing;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>The last part of a recovery at the recovered node: its shares fit the records already; what proves these to clients, the certificates, comes from the helpers and is verified here.</summary>
/// <param name="result">Owned from here on.</param>
/// <param name="anchors">Proven, in key order.</param>
/// <param name="complete">Rows with their shares, which stay here.</param>
internal sealed class RecoveryEnd(
    MachineContext context, MaintenanceCase order, MaintenanceResult result, IReadOnlyList<ProvenAnchor> anchors,
    Action<IReadOnlyList<KeyRow>, SecretScalars> complete, Action<string> failed) : IDisposable
{
    private readonly List<KeyRow> _rows = [];
    private int _helper;
    private bool _computing;
    private bool _over;

    public void Begin() => AskNext();

    private void AskNext()
    {
        if (_over)
            return;
        if (_rows.Count == order.Count)
        {
            _over = true;
            using (result)
                complete(_rows, result.Shares!);
            return;
        }
        if (_helper == order.Terms.Dealers.Count)
        {
            Fail("no helper shows certificates of the keys");
            return;
        }
        KeyId[] keys = [.. order.KeyIds.Skip(_rows.Count).Take(PeerCall.AskKeys.MaxKeys)];
        context.Call(order.Terms.Dealers[_helper].Nid, new PeerCall.AskKeys(keys),
            (_, reply) => OnReply(keys, reply),
            _ => AskAnother());
    }

    private void OnReply(KeyId[] keys, PeerReply reply)
    {
        if (_over)
            return;
        if (reply is not PeerReply.Keys { Found: { } found } || found.Count != keys.Length || found.Any(key => key is null))
        {
            AskAnother();
            return;
        }
        var work = new Checking(result, found, anchors, _rows.Count, context);
        _computing = true;
        context.Compute(work, () =>
        {
            _computing = false;
            if (_over)
            {
                result.Dispose();
                return;
            }
            if (work.Rows is not { } rows)
            {
                AskAnother();
                return;
            }
            _rows.AddRange(rows);
            AskNext();
        });
    }

    /// <summary>This helper does not answer, or shows what does not hold: nothing is lost by asking the next.</summary>
    private void AskAnother()
    {
        _helper++;
        AskNext();
    }

    private void Fail(string why)
    {
        Dispose();
        failed(why);
    }

    public void Dispose()
    {
        if (_over)
            return;
        _over = true;
        if (!_computing)
            result.Dispose();
    }

    /// <summary>Some hundred signatures.</summary>
    private sealed class Checking(MaintenanceResult result, IReadOnlyList<CertifiedKey?> found, IReadOnlyList<ProvenAnchor> anchors, int from, MachineContext context) : Work
    {
        private readonly InstanceId _instance = context.Setup.Instance;
        private readonly DateTimeOffset _now = context.Now.Wall;
        private readonly Membership _members = context.Members;

        /// <summary>Null when one does not hold.</summary>
        public IReadOnlyList<KeyRow>? Rows { get; private set; }

        public override void Run()
        {
            var rows = new KeyRow[found.Count];
            for (var i = 0; i < rows.Length; i++)
            {
                var k = from + i;
                if (!CertifiedKeys.TryMakeRow(result.Records[k], result.RecordHashes[k], found[i]!, anchors[k], _members, _instance, _now, out var row))
                    return;
                rows[i] = row;
            }
            Rows = rows;
        }
    }
}
