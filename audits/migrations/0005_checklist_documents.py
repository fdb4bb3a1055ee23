from django.db import migrations, models

KINDS = [
    ("step", "Bước"),
    ("dossier", "Thành phần hồ sơ"),
    ("form", "Biểu mẫu"),
    ("record", "Hồ sơ lưu"),
    ("document", "Tài liệu"),
    ("clause", "Điều khoản"),
    ("law", "Nội dung kiểm tra theo TT 26/2014/TT-BKHCN, Điều 36"),
    ("own", "Câu hỏi riêng"),
]


class Migration(migrations.Migration):

    dependencies = [("audits", "0003_nonconformity_search_key")]

    operations = [
        migrations.AlterField(
            model_name=model,
            name="kind",
            field=models.CharField(choices=KINDS, max_length=8, verbose_name="loại"),
        )
        for model in ("checklistitem", "historicalchecklistitem")
    ]
