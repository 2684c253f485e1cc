{{/* The dashboard, with a row for each service: the panels of dashboard-service.json, further down for each of them. */}}
{{- define "keyturn.dashboard" -}}
{{- $dashboard := .Files.Get "files/dashboard.json" | fromJson }}
{{- $panels := $dashboard.panels }}
{{- $row := 0 }}
{{- range $name, $block := .Values.services }}
{{- if (include "service.values" (dict "root" $ "name" $name "values" $block) | fromYaml).enabled }}
{{- $row = add1 $row }}
{{- $metrics := printf "%s-internal" (include "service.name" (dict "root" $ "name" $name)) }}
{{- $own := $.Files.Get "files/dashboard-service.json" | replace "%name%" $name | replace "%metrics%" $metrics | fromJsonArray }}
{{- range $index, $panel := $own }}
{{- $place := merge (dict "y" (add $panel.gridPos.y (mul 100 $row))) $panel.gridPos }}
{{- $panels = append $panels (merge (dict "id" (add $index (mul 100 $row)) "gridPos" $place) $panel) }}
{{- end }}
{{- end }}
{{- end }}
{{- set $dashboard "panels" $panels | toPrettyJson }}
{{- end }}
