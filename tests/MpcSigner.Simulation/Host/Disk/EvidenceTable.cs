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
        if (!(row.Culprit == default ? MakeRoom(row) : Fits(row)))
        {
            CountNotKept(row.Culprit);
            return;
        }
        _files.Set(row.Id, (++_last, row, write.File));
    }

    private bool Fits(EvidenceRow row)
    {
        List<EvidenceRow> own = [.. _files.Rows.Select(file => file.Row).Where(kept => kept.Culprit == row.Culprit)];
        var alike = own.Count(kept => kept.Kind == row.Kind);
        return Bytes(Rows) + row.Size <= StoreLimits.MaxEvidenceBytesOfAll
            && (alike == 0 || (alike < StoreLimits.MaxEvidencePerKind && Bytes(own) + row.Size <= StoreLimits.MaxEvidenceBytesPerNode));
    }

    private bool MakeRoom(EvidenceRow row)
    {
        // Oldest first.
        List<EvidenceRow> like = [.. Rows.Reverse().Where(kept => kept.Culprit == default && kept.Protocol == row.Protocol)];
        var others = Bytes(Rows) - Bytes(like);
        if (others + row.Size > StoreLimits.MaxEvidenceBytesOfAll)
            return false;
        while (like.Count >= StoreLimits.MaxMismatchesPerProtocol || Bytes(like) + row.Size > StoreLimits.MaxEvidenceBytesPerNode || others + Bytes(like) + row.Size > StoreLimits.MaxEvidenceBytesOfAll)
        {
            _files.Remove(like[0].Id);
            like.RemoveAt(0);
            CountNotKept(default);
        }
        return true;
    }

    private void CountNotKept(NodeId culprit) => _notKept.Set(culprit, _notKept.Find(culprit) + 1);

    private static long Bytes(IEnumerable<EvidenceRow> rows) => rows.Sum(row => (long)row.Size);
}
