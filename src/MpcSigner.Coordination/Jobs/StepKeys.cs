using MpcSigner.Core.Identities;

namespace MpcSigner.Coordination.Jobs;

/// <summary>Which keys steps of this node's jobs and schedules are at work on: two with a common key run one after the other.</summary>
/// <remarks>In memory. What protects the keys themselves is each node's own claim; this spares refusals.</remarks>
internal sealed class StepKeys
{
    private readonly HashSet<KeyId> _taken = [];
    private readonly LinkedList<(IReadOnlyList<KeyId> Keys, Action Granted)> _waiting = new();

    /// <summary>Takes all the keys, now or once they are free; <paramref name="granted"/> is called then, once.</summary>
    /// <returns>Takes the wait back; no change once it was granted.</returns>
    public Action Take(IReadOnlyList<KeyId> keys, Action granted)
    {
        var node = _waiting.AddLast((keys, granted));
        Grant();
        return () =>
        {
            if (node.List is not null)
                _waiting.Remove(node);
        };
    }

    public bool AreFree(IEnumerable<KeyId> keys) => !keys.Any(_taken.Contains);

    public void Release(IEnumerable<KeyId> keys)
    {
        _taken.ExceptWith(keys);
        Grant();
    }

    /// <summary>Who came first is first; who waits holds nothing, so nobody waits for a waiter.</summary>
    private void Grant()
    {
        for (var node = _waiting.First; node is not null;)
        {
            var (keys, granted) = node.Value;
            var next = node.Next;
            if (AreFree(keys))
            {
                _waiting.Remove(node);
                _taken.UnionWith(keys);
                granted();
                next = _waiting.First; // what was granted may have changed the list
            }
            node = next;
        }
    }
}
