using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Wire.Requests;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Kernel.Tests.Wire;

/// <summary>Administrators' orders as request bodies.</summary>
public class OrderBodyTests
{
    private static readonly RequestBodyCodec Codec = new();
    private static readonly DateTimeOffset Issued = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);

    private static Bytes32 Fill(byte value) => new(Enumerable.Repeat(value, 32).ToArray());

    private static readonly OrderedKey[] Keys = [new(new(Fill(0x6b)), 0, new(Fill(0x4b))), new(new(Fill(0x6c)), 300, new(Fill(0x4c)))];
    private static readonly (PartyId, NodeId)[] Parties = [(new(1), new(Fill(0xa1))), (new(2), new(Fill(0xa2))), (new(300), new(Fill(0xcc)))];
    private static readonly (PartyId, NodeId)[] NewParties =
        [(new(1), new(Fill(0xa1))), (new(4), new(Fill(0xa4))), (new(5), new(Fill(0xa5))), (new(6), new(Fill(0xa6)))];

    private static readonly Dictionary<string, (string Note, RequestAction Action)> Golden = new()
    {
        ["request-body/refresh"] = ("", new MaintenanceAction.Refresh(Suite.EcdsaSecp256k1, 1, Keys, 2, Parties)),
        ["request-body/refresh-scheduled"] = ("", new MaintenanceAction.Refresh(Suite.EcdsaSecp256k1, 3, Keys, 2, Parties) { Schedule = new(new(Fill(0x61)), "monthly", 7) }),
        ["request-body/reshare"] = ("three of four", new MaintenanceAction.Reshare(Suite.EcdsaSecp256k1, 2, Keys, 2, Parties, [new(2), new(300)], 3, NewParties, false)),
        ["request-body/reshare-lower"] = ("", new MaintenanceAction.Reshare(Suite.EcdsaSecp256k1, 1, Keys, 2, Parties, [new(1), new(2)], 2, NewParties, true)),
        ["request-body/recover"] = ("", new MaintenanceAction.Recover(Suite.EcdsaSecp256k1, 1, Keys, 2, Parties, [new(1), new(300)], new(2))),
        ["request-body/destroy"] = ("", new AdministratorAction.Destroy([Keys[0].Key, Keys[1].Key], DateTimeOffset.FromUnixTimeMilliseconds(1_790_086_400_000))),
        ["request-body/cancel-destruction"] = ("", new AdministratorAction.CancelDestruction(new(Fill(0x0d)))),
        ["request-body/end-attempt"] = ("", new AdministratorAction.EndAttempt(new(Fill(0x0d)), AttemptEnd.RollBack)),
        ["request-body/cancel-job"] = ("", new AdministratorAction.CancelJob(new(Fill(0x0b)))),
    };

    public static TheoryData<string> Forms => [.. Golden.Keys];

    private static RequestBody Body(RequestAction action, string note = "") =>
        new(new(Fill(0xc1)), "order-2026-001", Issued, Issued.AddMinutes(10), note, action);

    private static ServiceError Refused(byte[] bytes)
    {
        Assert.False(Codec.TryDecode(bytes, out var request, out var error));
        Assert.Null(request);
        return error!;
    }

    private static ServiceError RefusedChange(string form, Action<V1.RequestBody> change)
    {
        var message = V1.RequestBody.Parser.ParseFrom(GoldenBytes.Of(form));
        change(message);
        return Refused(message.ToByteArray());
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Golden_orders(string form)
    {
        var (note, action) = Golden[form];
        var golden = GoldenBytes.Of(form);
        Assert.Equal(golden, Codec.Encode(Body(action, note)));
        Assert.True(Codec.TryDecode(golden, out var body, out _));
        // Lists in records compare by reference: Equivalent looks inside, and the encoding has the last word.
        Assert.IsType(action.GetType(), body.Action);
        Assert.Equivalent(action, body.Action, strict: true);
        Assert.Equal(golden, Codec.Encode(body));
        for (var length = 0; length < golden.Length; length++)
            Refused(golden[..length]);
        byte[] extra = [.. golden, 0xb8, 0x3e, 0x01];
        Assert.Contains("canonical", Refused(extra).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Hashes_of_orders()
    {
        static Digest32 Order(OrderKind kind, string form, Bytes32 signer) => OrderHash.Compute(kind, new(SHA256.HashData(GoldenBytes.Of(form))), signer);
        Assert.Equal(new Digest32(GoldenBytes.Of("digest/order-refresh")), Order(OrderKind.Refresh, "request-body/refresh", OrderHash.SignersId([Fill(0xad), Fill(0xae)])));
        Assert.Equal(new Digest32(GoldenBytes.Of("digest/order-scheduled")), Order(OrderKind.Refresh, "request-body/refresh-scheduled", Fill(0x61)));
        Assert.Equal(new Digest32(GoldenBytes.Of("digest/order-destroy")), Order(OrderKind.Destruction, "request-body/destroy", Fill(0xad)));
    }

    [Fact]
    public void Rejects_bad_keys()
    {
        void Check(Reason reason, string words, Action<V1.Refresh> change)
        {
            var error = RefusedChange("request-body/refresh", m => change(m.Refresh));
            Assert.Equal(reason, error.Reason);
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
        }
        Check(Reason.BadBatchSize, "0 keys", r => r.Keys.Clear());
        Check(Reason.BadBatchSize, "1000", r => r.Keys.Add(Enumerable.Repeat(r.Keys[1], 999)));
        Check(Reason.MalformedRequest, "ascend", r => r.Keys.Add(r.Keys[1]));
        Check(Reason.MalformedRequest, "ascend", r => (r.Keys[0], r.Keys[1]) = (r.Keys[1], r.Keys[0]));
        Check(Reason.MalformedRequest, "A key id has 31 bytes", r => r.Keys[0].KeyId = ByteString.CopyFrom(new byte[31]));
        Check(Reason.MalformedRequest, "record_hash of key 6b6b", r => r.Keys[0].RecordHash = ByteString.CopyFrom(new byte[33]));
        Check(Reason.MalformedRequest, "no successor", r => r.Keys[0].Generation = uint.MaxValue);
        Check(Reason.MalformedRequest, "attempt", r => r.Attempt = 0);
        Check(Reason.UnsupportedSuite, "Suite 6", r => r.Suite = (V1.Suite)6);
        Check(Reason.BadThreshold, "2..3", r => r.Threshold = 4);
        Check(Reason.BadThreshold, "2..3", r => r.Threshold = 1);
        Check(Reason.BadParticipants, "1 parties", r => { r.Parties.RemoveAt(2); r.Parties.RemoveAt(1); });
        Check(Reason.BadParticipants, "named twice", r => r.Parties[1].Nid = r.Parties[0].Nid);
    }

    [Fact]
    public void Rejects_bad_schedules()
    {
        void Check(Action<V1.ScheduleInstance> change) =>
            Assert.Equal(Reason.MalformedRequest, RefusedChange("request-body/refresh-scheduled", m => change(m.Refresh.Schedule)).Reason);
        Check(s => s.Roster = ByteString.CopyFrom(new byte[31]));
        Check(s => s.Schedule = "");
        Check(s => s.Schedule = new string('a', 33));
        Check(s => s.Schedule = "Monthly");
        Check(s => s.Schedule = "monthly\u001b");
    }

    [Fact]
    [Trait("row", "E16")]
    public void Rejects_bad_sets_of_a_reshare()
    {
        void Check(Reason reason, string words, Action<V1.Reshare> change)
        {
            var error = RefusedChange("request-body/reshare", m => change(m.Reshare));
            Assert.Equal(reason, error.Reason);
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
        }
        Check(Reason.BadParticipants, "1 dealers", r => r.Dealers.RemoveAt(1));
        Check(Reason.BadParticipants, "dealers or helpers", r => r.Dealers.Add(Enumerable.Repeat(1u, 100)));
        Check(Reason.BadParticipants, "17 dealers", r => r.Dealers.Add(Enumerable.Range(301, 15).Select(i => (uint)i)));
        Check(Reason.BadParticipants, "ascend", r => r.Dealers[1] = 2);
        Check(Reason.BadParticipants, "Party number 0", r => r.Dealers[0] = 0);
        Check(Reason.BadParticipants, "Party number 65536", r => r.Dealers[1] = 65_536);
        Check(Reason.BadParticipants, "1 new parties", r => { r.NewParties.Clear(); r.NewParties.Add(r.Parties[0]); });
        Check(Reason.BadThreshold, "new_threshold is 5; with 4 parties it must be 2..4", r => r.NewThreshold = 5);
        Check(Reason.BadThreshold, "new_threshold is 0", r => r.NewThreshold = 0);
    }

    [Fact]
    public void Rejects_bad_recoveries_destructions_and_ends()
    {
        Assert.Equal(Reason.BadParticipants, RefusedChange("request-body/recover", m => m.Recover.Helpers.Clear()).Reason);
        Assert.Equal(Reason.BadParticipants, RefusedChange("request-body/recover", m => m.Recover.Recovered = 0).Reason);
        Assert.Equal(Reason.BadParticipants, RefusedChange("request-body/recover", m => m.Recover.Recovered = 65_536).Reason);

        Assert.Equal(Reason.BadBatchSize, RefusedChange("request-body/destroy", m => m.Destroy.Keys.Clear()).Reason);
        Assert.Equal(Reason.BadBatchSize, RefusedChange("request-body/destroy", m => m.Destroy.Keys.Add(Enumerable.Repeat(m.Destroy.Keys[1], 1_000))).Reason);
        Assert.Equal(Reason.MalformedRequest, RefusedChange("request-body/destroy", m => m.Destroy.Keys.Add(m.Destroy.Keys[1])).Reason);
        Assert.Equal(Reason.MalformedRequest, RefusedChange("request-body/destroy", m => m.Destroy.NotBeforeMs = 0).Reason);
        Assert.Equal(Reason.MalformedRequest, RefusedChange("request-body/destroy", m => m.Destroy.NotBeforeMs = long.MaxValue).Reason);

        var none = ByteString.CopyFrom(new byte[31]);
        Assert.Equal(Reason.MalformedRequest, RefusedChange("request-body/cancel-destruction", m => m.CancelDestruction.Order = none).Reason);
        Assert.Equal(Reason.MalformedRequest, RefusedChange("request-body/cancel-job", m => m.CancelJob.Job = none).Reason);
        Assert.Equal(Reason.MalformedRequest, RefusedChange("request-body/end-attempt", m => m.EndAttempt.Order = none).Reason);
        foreach (var end in new[] { 0, 4, -1, 257, 258 })
            Assert.Contains("end", RefusedChange("request-body/end-attempt", m => m.EndAttempt.End = (V1.AttemptEnd)end).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_list_of_every_action_is_counted_before_it_is_parsed()
    {
        var lists = from action in V1.RequestBody.Descriptor.Oneofs.Single(oneof => oneof.Name == "action").Fields
                    from field in action.MessageType.Fields.InDeclarationOrder()
                    where field.IsRepeated
                    select (Action: action, List: field);
        var seen = 0;
        foreach (var (action, list) in lists)
        {
            var content = new byte[300_000];
            if (list.FieldType == FieldType.UInt32)
            {
                var packed = new MemoryStream();
                var inner = new CodedOutputStream(packed);
                inner.WriteTag(list.FieldNumber, WireFormat.WireType.LengthDelimited);
                inner.WriteBytes(ByteString.CopyFrom(content));
                inner.Flush();
                content = packed.ToArray();
            }
            else
            {
                // Empty elements, two bytes each.
                for (var i = 0; i < content.Length; i += 2)
                    content[i] = (byte)(list.FieldNumber << 3 | 2);
            }
            var writer = new MemoryStream();
            var output = new CodedOutputStream(writer);
            output.WriteTag(action.FieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(content));
            output.Flush();
            var bytes = writer.ToArray();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var error = Refused(bytes);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000, $"{action.Name}.{list.Name} was parsed");
            Assert.Contains("More than", error.Message, StringComparison.Ordinal);
            seen++;
        }
        Assert.True(seen >= 13);
    }

    [Fact]
    public void Rejects_two_actions_before_their_lists_add_up()
    {
        var refresh = GoldenBytes.Of("request-body/refresh");
        var head = new V1.RequestBody(V1.RequestBody.Parser.ParseFrom(refresh));
        head.ClearAction();
        var action = refresh[head.CalculateSize()..];
        byte[] twice = [.. refresh, .. action];
        Assert.Contains("more than one action", Refused(twice).Message, StringComparison.Ordinal);
    }
}
