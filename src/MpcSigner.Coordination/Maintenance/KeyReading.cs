using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>The same questions about each of up to 1,000 keys, as many at a time as the store takes.</summary>
internal static class KeyReading
{
    /// <param name="queries">Of one key, by its place; always as many.</param>
    /// <param name="done">The answers key by key.</param>
    public static void Read(
        MachineContext context, int count, Func<int, IReadOnlyList<StoreQuery>> queries, Action<IReadOnlyList<IReadOnlyList<StoreAnswer>>> done, Action<string> failed)
    {
        var answers = new List<IReadOnlyList<StoreAnswer>>(count);
        Next();

        void Next()
        {
            if (answers.Count == count)
            {
                done(answers);
                return;
            }
            var batch = new List<StoreQuery>(StoreLimits.MaxQueriesPerRead);
            var width = 0;
            for (var k = answers.Count; k < count && batch.Count + width <= StoreLimits.MaxQueriesPerRead; k++)
            {
                var of = queries(k);
                width = of.Count;
                batch.AddRange(of);
            }
            context.Read(batch, read =>
            {
                for (var i = 0; i < read.Count; i += width)
                    answers.Add([.. read.Skip(i).Take(width)]);
                Next();
            }, failed);
        }
    }
}
