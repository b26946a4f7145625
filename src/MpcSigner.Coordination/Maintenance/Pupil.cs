using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>An old party that was not in the session of a reshare is shown its end, and verifies all of it: the order's signers, its own rows, the anchors, everybody's ACK over these records.</summary>
internal sealed class Pupil(Rooms rooms, MaintenanceBook book, MaintenanceCase order, NodeId teacher, OrderCertificate certificate, MaintainedKeys shown, Action<ServiceError?> done)
{
    private readonly MachineContext _context = rooms.Context;

    public void Begin()
    {
        if (_context.Self is var self && (order.OldPid(self) is null || order.MemberPid(self) is not null))
        {
            done(Refusals.Malformed("The order does not concern this node, or it was in the session itself."));
            return;
        }
        if (!book.TryTeach(order.Hash))
        {
            done(new(Reason.NotReady, "Another member teaches this node the same order, or it was found not to be in use a moment ago.", "It is taught again."));
            return;
        }
        var work = new Checking(order, certificate, shown, _context);
        _context.Compute(work, () =>
        {
            if (work.Anchors is { } anchors)
            {
                ReadRows(_ => Ask(work.Hashes!, anchors));
                return;
            }
            if (work.Accuses)
            {
                PeerFaults.Record(rooms, teacher, $"teaches what does not hold: {work.Fault}", order.Order.BodyHash);
                End(Refusals.Protocol($"What is shown of the order does not hold: {work.Fault}."));
                return;
            }
            rooms.CatchUp.Differs(teacher);
            End(new(Reason.NotReady, $"Node {_context.NameOf(_context.Self)} cannot prove what is shown of the order: {work.Fault}.", "Let it take the newest roster; it is taught again."));
        });
    }

    /// <summary>No key is claimed while others are asked: work on it goes on meanwhile.</summary>
    private void Ask(IReadOnlyList<Digest32> hashes, IReadOnlyList<ProvenAnchor> anchors) => new InUseCheck(rooms, order, certificate.RecordsRoot, inUse =>
    {
        if (!inUse)
        {
            End(new(Reason.NotReady, $"Fewer than {order.Terms.NewThreshold} new parties say that they have the generation in use.", "It is taught again."), notInUse: true);
            return;
        }
        if (!book.Claims.TryClaim(order, out var busy))
        {
            End(new(Reason.KeyBusy, $"Another operation on key {busy} is under way here.", "Try again once it is over."));
            return;
        }
        ReadRows(attempts =>
        {
            // What is PENDING here of other attempts gives way to the one that is certified.
            var learned = NewRows.Learned(order, shown.Records, hashes, anchors, _context);
            var attempted = attempts.Values.Any(attempt => attempt.Attempt >= order.Action.Attempt);
            new EarlierAttempts(rooms, book, order, [.. attempts.Values], _ => Learn(learned, anchors, attempted), error => End(error)).Begin();
        });
    }).Begin();

    /// <summary>Only a node that holds the records which the order starts from has anything to learn.</summary>
    private void ReadRows(Action<IReadOnlyDictionary<Digest32, AttemptRow>> current)
    {
        var keys = order.Terms.Keys;
        KeyReading.Read(_context, keys.Count, k => [new StoreQuery.FindKey(keys[k].Key), new StoreQuery.FindAttempts(keys[k].Key, order.Makes(keys[k]))], answers =>
        {
            var held = 0;
            Dictionary<Digest32, AttemptRow> attempts = [];
            for (var k = 0; k < keys.Count; k++)
            {
                if (((StoreAnswer.Key)answers[k][0]).Row is { State: KeyState.Active } row && row.RecordHash == keys[k].RecordHash
                    && row.Record.PublicKey.Span.SequenceEqual(shown.Records[k].PublicKey.Span) && row.Record.ChainCode == shown.Records[k].ChainCode)
                    held++;
                foreach (var attempt in ((StoreAnswer.Attempts)answers[k][1]).Rows.Where(attempt => attempt.Kind != (byte)OrderKind.Recovery))
                    attempts[attempt.Order] = attempt;
            }
            if (held == keys.Count)
                current(attempts);
            else
                End(new(Reason.WrongGeneration, "This node does not hold the records that the order starts from.", "Recover this node's shares, or leave it as it is."));
        }, _ => End(Refusals.Storage()));
    }

    /// <summary>The order is held from here on like everybody's, so that the old shares go on all DONEs. Where a higher attempt was begun here the rows alone are learned.</summary>
    private void Learn(IReadOnlyList<KeyRow> rows, IReadOnlyList<ProvenAnchor> anchors, bool attempted)
    {
        if (!attempted)
        {
            book.Learn(order, certificate, rows, anchors, () => End(null));
            return;
        }
        var certificates = OrderCertificates.ForKeys(certificate, rows, order.Terms.OldRoot);
        var batch = new Batch().Write(new StoreWrite.LearnKeys([.. rows.Select((row, k) => row with { State = KeyState.Active, Certificate = certificates[k].Certificate })]));
        foreach (var proven in anchors)
            batch.Write(new StoreWrite.PutAnchor(proven.Anchor));
        _context.Commit(batch, () =>
        {
            GenerationSwitch.Activated(rooms, order);
            End(null);
        });
    }

    private void End(ServiceError? error, bool notInUse = false)
    {
        book.EndTeaching(order.Hash, notInUse);
        book.Claims.Release(order);
        done(error);
    }

    /// <summary>Up to 32 signatures, 1,000 record hashes and the anchors.</summary>
    private sealed class Checking(MaintenanceCase order, OrderCertificate certificate, MaintainedKeys shown, MachineContext context) : Work
    {
        private readonly Membership _members = context.Members;
        private readonly AnchorChecking _anchors = new(context, order.Terms.Suite, order.Terms.Keys, shown.Anchors);

        public IReadOnlyList<Digest32>? Hashes { get; private set; }

        /// <summary>Null when something does not hold.</summary>
        public IReadOnlyList<ProvenAnchor>? Anchors { get; private set; }

        /// <summary>What does not hold.</summary>
        public string Fault { get; private set; } = "";

        /// <summary>No honest node shows this, whatever roster this one has: signatures that do not verify here may be of identities that a newer roster names.</summary>
        public bool Accuses { get; private set; }

        public override void Run()
        {
            var terms = order.Terms;
            Digest32[] hashes = [.. shown.Records.Select(KeyRecordHash.Compute)];
            if (shown.Records.Count != terms.Keys.Count || Enumerable.Range(0, terms.Keys.Count).Any(k => !IsAsOrdered(k, shown.Records[k])))
                Accuse("the records are not what the order makes");
            else if (certificate.Order != order.Hash || KeyRecordTree.Root([.. hashes]) != certificate.RecordsRoot)
                Accuse("the certificate is over other records");
            else if (!HasCertificate())
                Fault = "the certificate is not one of all members, as far as this node's roster tells";
            else
                CheckAnchors(hashes);
        }

        private void Accuse(string fault) => (Fault, Accuses) = (fault, true);

        private bool HasCertificate()
        {
            var terms = order.Terms;
            var acks = new OrderAcks(terms.Suite, terms.OldRoot, order.Hash, terms.Members, () => _members);
            acks.Know(certificate.Echo, certificate.RecordsRoot);
            return acks.AddAll(certificate);
        }

        private void CheckAnchors(IReadOnlyList<Digest32> hashes)
        {
            _anchors.Run();
            Fault = _anchors.Fault;
            if (_anchors.Proven is not { } proven)
                return;
            if (AnchorChecking.FindOther(proven, shown.Records) is { } other)
                Accuse($"key {other} has another public key than its creation made");
            else
                (Hashes, Anchors) = (hashes, proven);
        }

        private bool IsAsOrdered(int k, KeyRecord record) =>
            record.KeyId == order.Terms.Keys[k].Key && record.Generation == order.Makes(order.Terms.Keys[k]) && record.Suite == order.Terms.Suite
            && record.Threshold == order.Terms.NewThreshold && record.Parties.Select(party => (party.Pid, party.Nid)).SequenceEqual(order.Terms.NewParties);
    }
}
