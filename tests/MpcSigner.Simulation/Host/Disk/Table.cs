using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Ports;

namespace MpcSigner.Simulation.Host.Disk;

/// <summary>What takes back a commit that turns out to contradict the disk.</summary>
public sealed class UndoLog
{
    private readonly List<Action> _steps = [];

    public void Add(Action step) => _steps.Add(step);

    public void Forget() => _steps.Clear();

    public void Undo()
    {
        for (var i = _steps.Count - 1; i >= 0; i--)
            _steps[i]();
        _steps.Clear();
    }

    /// <summary>A write that contradicts what is durable fails its commit.</summary>
    public static void Require([DoesNotReturnIf(false)] bool holds, string conflict)
    {
        if (!holds)
            throw new StoreConflictException(conflict);
    }
}

/// <summary>Rows by their key; each change can be undone.</summary>
public sealed class Table<TKey, TRow>(UndoLog undo) where TKey : notnull
{
    private readonly Dictionary<TKey, TRow> _rows = [];

    public IReadOnlyCollection<TRow> Rows => _rows.Values;

    public IReadOnlyDictionary<TKey, TRow> ByKey => _rows;

    public TRow? Find(TKey key) => _rows.GetValueOrDefault(key);

    public bool TryFind(TKey key, [MaybeNullWhen(false)] out TRow row) => _rows.TryGetValue(key, out row);

    public bool Contains(TKey key) => _rows.ContainsKey(key);

    public void Set(TKey key, TRow row)
    {
        if (_rows.TryGetValue(key, out var old))
            undo.Add(() => _rows[key] = old);
        else
            undo.Add(() => _rows.Remove(key));
        _rows[key] = row;
    }

    public void Remove(TKey key)
    {
        if (_rows.Remove(key, out var old))
            undo.Add(() => _rows[key] = old);
    }
}
