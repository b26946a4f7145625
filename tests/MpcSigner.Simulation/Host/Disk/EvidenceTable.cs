using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Simulation.Host.Disk;

/// <summary>Evidence files against peers.</summary>
public sealed class EvidenceTable(UndoLog undo)
{
    private readonly Table<Digest32, (int Number, EvidenceRow Row, ReadOnlyMemory<byte> File)> _files = new(undo);
    private readonly Table<NodeId, long> _notKept = new(undo);
    private int _last;

    /// <summary>Newest first.</summary>
    public IEnumerable<EvidenceRow> Rows => _files.Rows.OrderByDescending(file => file.Number).Select(file => file.Row);

    public IReadOnlyDictionary<NodeId, long> NotKept => new Dictionary<NodeId, long>(_notKept.ByKey);

    public StoreAnswer.EvidencePiece Read(Digest32 id, int from) => _files.TryFind(id, out var found)
        ? new(found.Row, found.File[Math.Min(from, found.File.Length)..Math.Min(from + StoreLimits.MaxEvidencePiece, found.File.Length)])
        : new(null, default);

    public void Put(StoreWrite.PutEvidence write)
    {
        var row = write.Row;
        if (write.File.Length is 0 or > StoreLimits.MaxEvidenceBytes || row.Size != write.File.Length)
            throw new ArgumentException("a file out of bounds", nameof(write));
        if (_files.Contains(row.Id))
            return;
        while (!Fits(row))
        {
            _notKept.Set(row.Culprit, _notKept.Find(row.Culprit) + 1);
            if (row.Culprit != default)
                return;
            _files.Remove(Of(default).MinBy(file => file.Number).Row.Id);
        }
        _files.Set(row.Id, (++_last, row, write.File));
    }

    private bool Fits(EvidenceRow row) =>
        Of(row.Culprit).Count() < StoreLimits.MaxEvidencePerNode && Of(row.Culprit).Sum(file => (long)file.Row.Size) + row.Size <= StoreLimits.MaxEvidenceBytesPerNode;

    private IEnumerable<(int Number, EvidenceRow Row, ReadOnlyMemory<byte> File)> Of(NodeId culprit) => _files.Rows.Where(file => file.Row.Culprit == culprit);
}
